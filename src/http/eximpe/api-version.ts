/** A version of the merchant API that this dialect speaks. */
export interface ApiVersion {
  readonly major: 1 | 2;
  /** As it is remembered, `1.0.0`. */
  readonly text: string;
}

export const firstVersion: ApiVersion = { major: 1, text: '1.0.0' };

/** Reads `1`, `1.x`, `1.0.0`, `v1.0.0` and their like for 2; undefined for other majors and other texts. */
export function parseApiVersion(text: string): ApiVersion | undefined {
  const match = /^v?([12])(?:\.([0-9]{1,4}|x)(?:\.([0-9]{1,4}|x))?)?$/i.exec(text.trim());
  if (!match) return undefined;
  const part = (digits: string | undefined) => (digits === undefined || /x/i.test(digits) ? '0' : digits);
  return { major: match[1] === '1' ? 1 : 2, text: `${match[1]}.${part(match[2])}.${part(match[3])}` };
}
