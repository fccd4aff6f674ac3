// Filled by the first area model.
