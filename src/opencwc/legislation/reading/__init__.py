"""Sections to what they hold of each measure, stage by stage; `stages` shows the stages in their order."""
