// Filled by the report model.
