"""What every route stands on: settings, guard, errors, middleware, and the frame of pages."""
