/** One algorithm of Django's. `rest` is what an encoding has behind the algorithm's name and its `$`. */
export type Format = {
  /** The costs of a sound encoding; null where it is malformed, or costs more than a login may take. */
  costsOf: (rest: string) => string | null;
  /** Whether a sound encoding is this password's. It blocks its thread. */
  matches: (password: string, rest: string) => boolean | Promise<boolean>;
  /** The work of one comparison with these costs. */
  workOf: (costs: string) => Work;
};

/**
 * An amount of hashing. The amounts of one kind add up: to `spend` 3 and then 5 takes as long as to spend 8. `spend` blocks its
 * thread.
 */
export type Work = { kind: string; amount: number; spend: (password: string, amount: number) => void | Promise<void> };
