// A small seeded generator (mulberry32): the same seed gives the same pairs on every machine.

export class Random {
  #state;

  constructor(seed) {
    this.#state = seed >>> 0;
  }

  /** A number in [0, 1). */
  next() {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  }

  /** A whole number in [0, bound). */
  below(bound) {
    return Math.floor(this.next() * bound);
  }

  chance(probability) {
    return this.next() < probability;
  }

  pick(list) {
    return list[this.below(list.length)];
  }

  /** Between `low` and `high` results of `make`, both included. */
  some(low, high, make) {
    return Array.from({ length: low + this.below(high - low + 1) }, make);
  }
}

/** One value stands alone, or in a list: policies may write it either way. */
export function oneOrList(random, values) {
  return values.length === 1 && random.chance(0.5) ? values[0] : values;
}

/** `name` with some letters in the other case. */
export function recased(random, name) {
  return [...name].map((c) => (random.chance(0.3) ? (c === c.toLowerCase() ? c.toUpperCase() : c.toLowerCase()) : c)).join('');
}

/** `text` with a run or a character replaced by a wildcard. */
export function widened(random, text) {
  const at = random.below(text.length + 1);
  if (random.chance(0.25) && at < text.length) {
    return text.slice(0, at) + '?' + text.slice(at + 1);
  }
  return text.slice(0, at) + '*' + (random.chance(0.5) ? '' : text.slice(at + random.below(text.length - at + 1)));
}
