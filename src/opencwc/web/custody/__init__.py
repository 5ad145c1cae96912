"""Evidence: pictures and pages examined, originals of cases with their steps, names hidden."""
