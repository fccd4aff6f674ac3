// Filled by the wiring.
