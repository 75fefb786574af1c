/** Kubernetes' own words for a quantity that cannot be read. */
export const QUANTITY_MESSAGE =
  "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";

const NANO = 1_000_000_000n;
const BINARY = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];
const DECIMAL = ['n', 'u', 'm', '', 'k', 'M', 'G', 'T', 'P', 'E'];
const PATTERN =
  /^([+-]?)(\d+(?:\.\d*)?|\.\d+)(Ki|Mi|Gi|Ti|Pi|Ei|n|u|m|k|M|G|T|P|E|[eE][+-]?\d+)?$/;

type Format = 'binary' | 'decimal' | 'exponent';

/**
 * A `resource.Quantity` of Kubernetes (apimachinery 1.36): read, compared,
 * added and written in canonical form. Kept in 10⁻⁹ units, rounded up, as there.
 */
export class Quantity {
  readonly #nanos: bigint;
  readonly #format: Format;

  private constructor(nanos: bigint, format: Format) {
    this.#nanos = nanos;
    this.#format = format;
  }

  /** `undefined` for what is not a quantity. */
  static parse(value: unknown): Quantity | undefined {
    if (typeof value !== 'string' && typeof value !== 'number') {
      return undefined;
    }
    const match = PATTERN.exec(String(value));
    if (!match) return undefined;
    const [, sign, digits, suffix = ''] = match;
    const [whole, fraction = ''] = digits.split('.');
    const { factor, divisor, format } = scaleOf(suffix);
    const numerator = BigInt(`${whole || '0'}${fraction}`) * factor * NANO;
    const denominator = divisor * 10n ** BigInt(fraction.length);
    const nanos = (numerator + denominator - 1n) / denominator;
    return new Quantity(sign === '-' ? -nanos : nanos, format);
  }

  static zero(): Quantity {
    return new Quantity(0n, 'decimal');
  }

  static ofBytes(bytes: bigint, format: Format = 'binary'): Quantity {
    return new Quantity(bytes * NANO, format);
  }

  compare(other: Quantity): number {
    if (this.#nanos === other.#nanos) return 0;
    return this.#nanos < other.#nanos ? -1 : 1;
  }

  get isPositive() {
    return this.#nanos > 0n;
  }

  get isWhole() {
    return this.#nanos % NANO === 0n;
  }

  /** Rounded up. */
  get value(): bigint {
    const whole = this.#nanos / NANO;
    return this.#nanos > 0n && this.#nanos % NANO !== 0n ? whole + 1n : whole;
  }

  plus(other: Quantity): Quantity {
    return new Quantity(
      this.#nanos + other.#nanos,
      this.#nanos === 0n ? other.#format : this.#format,
    );
  }

  minus(other: Quantity): Quantity {
    return new Quantity(this.#nanos - other.#nanos, this.#format);
  }

  toString(): string {
    if (this.#nanos === 0n) return '0';
    const sign = this.#nanos < 0n ? '-' : '';
    const size = this.#nanos < 0n ? -this.#nanos : this.#nanos;
    if (this.#format === 'binary' && size % NANO === 0n) {
      const whole = size / NANO;
      if (whole >= 1024n) return sign + inBinary(whole);
    }
    return sign + inDecimal(size, this.#format === 'exponent');
  }
}

function scaleOf(suffix: string): {
  factor: bigint;
  divisor: bigint;
  format: Format;
} {
  const binary = BINARY.indexOf(suffix);
  if (binary > 0) {
    return { factor: 1024n ** BigInt(binary), divisor: 1n, format: 'binary' };
  }
  const exponent = /^[eE]([+-]?\d+)$/.exec(suffix);
  const power = exponent
    ? Math.max(-30, Math.min(30, Number(exponent[1])))
    : (DECIMAL.indexOf(suffix) - 3) * 3;
  const format = exponent ? 'exponent' : 'decimal';
  return power >= 0
    ? { factor: 10n ** BigInt(power), divisor: 1n, format }
    : { factor: 1n, divisor: 10n ** BigInt(-power), format };
}

function inBinary(whole: bigint): string {
  let index = 0;
  let rest = whole;
  while (rest % 1024n === 0n && index < BINARY.length - 1) {
    rest /= 1024n;
    index += 1;
  }
  return `${rest}${BINARY[index]}`;
}

function inDecimal(nanos: bigint, exponent: boolean): string {
  let index = 0;
  let rest = nanos;
  while (rest % 1000n === 0n && index < DECIMAL.length - 1) {
    rest /= 1000n;
    index += 1;
  }
  if (!exponent) return `${rest}${DECIMAL[index]}`;
  const power = (index - 3) * 3;
  return power === 0 ? `${rest}` : `${rest}e${power}`;
}
