const BINARY = {
  Ki: 2n ** 10n,
  Mi: 2n ** 20n,
  Gi: 2n ** 30n,
  Ti: 2n ** 40n,
  Pi: 2n ** 50n,
  Ei: 2n ** 60n,
};
const DECIMAL = {
  k: 10n ** 3n,
  M: 10n ** 6n,
  G: 10n ** 9n,
  T: 10n ** 12n,
  P: 10n ** 15n,
  E: 10n ** 18n,
};
const UNITS: Record<string, bigint> = { ...BINARY, ...DECIMAL };

/**
 * A Kubernetes quantity of bytes, compared as a number: `1024Gi` equals `1Ti`.
 * Follows `k8s.io/apimachinery/pkg/api/resource`: fractions of a byte round up.
 *
 * @public
 */
export class Quantity {
  static readonly #pattern =
    /^([0-9]+)(?:\.([0-9]*))?(?:([eE]([+-]?[0-9]{1,2}))|(Ki|Mi|Gi|Ti|Pi|Ei|k|M|G|T|P|E|m))?$/;

  readonly #bytes: bigint;

  private constructor(bytes: bigint) {
    this.#bytes = bytes;
  }

  /** @throws RangeError for text that is not a quantity of zero or more bytes. */
  static parse(text: string | number): Quantity {
    const match = Quantity.#pattern.exec(String(text));
    if (!match) {
      throw new RangeError(
        `"${text}" is not a size: write a number with a unit, such as "10Gi"`,
      );
    }
    const [, whole, fraction = '', , exponent, unit] = match;
    let numerator = BigInt(whole + fraction);
    let denominator = 10n ** BigInt(fraction.length);
    if (exponent !== undefined) {
      const power = Number(exponent);
      if (power >= 0) numerator *= 10n ** BigInt(power);
      else denominator *= 10n ** BigInt(-power);
    } else if (unit === 'm') {
      denominator *= 1000n;
    } else if (unit) {
      numerator *= UNITS[unit];
    }
    return new Quantity((numerator + denominator - 1n) / denominator);
  }

  static tryParse(text: unknown): Quantity | undefined {
    if (typeof text !== 'string' && typeof text !== 'number') return undefined;
    return Quantity.#pattern.test(String(text))
      ? Quantity.parse(text)
      : undefined;
  }

  static ofBytes(bytes: number | bigint): Quantity {
    if (bytes < 0) throw new RangeError('A size cannot be negative');
    return new Quantity(BigInt(bytes));
  }

  /** Sizes beyond 2^53 bytes (8 PiB) lose precision as a number. */
  get bytes(): number {
    return Number(this.#bytes);
  }

  equals(other: Quantity): boolean {
    return this.#bytes === other.#bytes;
  }

  compare(other: Quantity): number {
    if (this.#bytes === other.#bytes) return 0;
    return this.#bytes < other.#bytes ? -1 : 1;
  }

  /** The canonical form: the largest binary unit that divides it, else plain bytes. */
  toString(): string {
    if (this.#bytes === 0n) return '0';
    for (const [unit, factor] of Object.entries(BINARY).reverse()) {
      if (this.#bytes % factor === 0n) return `${this.#bytes / factor}${unit}`;
    }
    return String(this.#bytes);
  }
}
