import { Quantity } from './quantity';

/** CDI refuses smaller claims (1.66), and no image is as small. */
const SMALLEST = Quantity.parse('1Mi');
/** From here on numbers of bytes are no longer exact; such a size is a mistake. */
const LARGEST = Quantity.parse('8Pi');

/**
 * Why a text is no size of a volume, and what to write instead; `undefined`
 * where it is one. Takes what Kubernetes takes, fractions and exponents too,
 * from 1Mi to 8Pi.
 *
 * @public
 */
export function refusalOfSize(text: string): string | undefined {
  const size = Quantity.tryParse(text);
  if (!size) {
    if (/^-[0-9]/.test(text)) return 'must be more than zero, such as "10Gi"';
    const meant = meantSize(text);
    return `must be a Kubernetes quantity${
      meant ? `; did you mean "${meant}"?` : ' such as "10Gi"'
    }`;
  }
  if (size.compare(SMALLEST) < 0) {
    return /^[0-9.]+$/.test(text)
      ? 'must be at least 1Mi; without a unit it counts bytes, so write one, such as "10Gi"'
      : 'must be at least 1Mi';
  }
  return size.compare(LARGEST) > 0 ? 'must be at most 8Pi' : undefined;
}

/** `10 GB`, `10gi` and `10GiB` as Kubernetes writes them. */
function meantSize(text: string): string | undefined {
  const match = /^\s*([0-9]+(?:\.[0-9]+)?)\s*([kmgtp])(i?)b?\s*$/i.exec(text);
  if (!match) return undefined;
  const [, amount, letter, binary] = match;
  const unit = letter.toUpperCase();
  if (binary) return `${amount}${unit}i`;
  return `${amount}${unit === 'K' ? 'k' : unit}`;
}
