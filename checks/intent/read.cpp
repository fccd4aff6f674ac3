// Filled by the intent reader.
