// Filled by the history.
