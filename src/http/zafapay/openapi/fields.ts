import { type TSchema, Type } from 'typebox';
import { textLike } from '../../openapi/field-schemas.ts';

/** `2026-05-01T09:00:00.000Z`, always with milliseconds. */
export function moment(description?: string): TSchema {
  return Type.String({
    format: 'date-time',
    pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}\\.\\d{3}Z$',
    ...(description !== undefined && { description }),
  });
}

export function id(prefix: string, description?: string): TSchema {
  return textLike(`^${prefix}[0-9A-Za-z]+$`, description);
}

/** An amount on create, capture and their answers. */
export function amountAsNumber(description = 'Major units, in their shortest form.'): TSchema {
  return Type.Number({ minimum: 0, description });
}

/** An amount on reads, refunds and webhooks. */
export function amountAsText(description = "Major units, with the currency's decimals."): TSchema {
  return textLike('^[0-9]+(\\.[0-9]+)?$', description);
}

export const currencyCode = textLike('^[a-z]{3}$', 'ISO 4217, lower case.');

export const metadata = Type.Unsafe({
  type: 'object',
  additionalProperties: { type: ['string', 'number', 'boolean', 'null'] },
  description: 'What you gave at creation; `{}` without any.',
});
