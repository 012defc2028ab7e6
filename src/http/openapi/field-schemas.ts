import { type TSchema, Type } from 'typebox';

const described = (description: string | undefined) => (description === undefined ? {} : { description });

/** A text of one of `choices`. */
export function oneOf(choices: readonly string[], description?: string): TSchema {
  return Type.Unsafe({ type: 'string', enum: [...choices], ...described(description) });
}

/** The same value, or null. */
export function orNull(schema: TSchema): TSchema {
  const { type, enum: choices, ...rest } = schema as { type?: string; enum?: readonly unknown[] };
  return Type.Unsafe({
    type: [type ?? 'string', 'null'],
    ...(choices && { enum: [...choices, null] }),
    ...rest,
  });
}

export function textOrNull(description?: string): TSchema {
  return Type.Unsafe({ type: ['string', 'null'], ...described(description) });
}

/** A text of that form. */
export function textLike(pattern: string, description?: string): TSchema {
  return Type.String({ pattern, ...described(description) });
}
