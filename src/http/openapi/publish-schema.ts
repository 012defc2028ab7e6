import type { TSchema } from 'typebox';
import { type AmountLiteralKind, publishedAmountTypes } from '../edge/amount-schema.ts';
import type { PublishedSchema } from './document.ts';

/** Named schemas that were met, by name. */
export type SchemaShelf = Map<string, PublishedSchema>;

/** The address of a named schema in the document. */
export function schemaAddress(name: string): string {
  return `#/components/schemas/${name}`;
}

/**
 * A TypeBox schema as it is published: our own keywords are put into standard ones, and each schema with an `$id` goes
 * to the shelf and is referred to. Throws a `TypeError` when one name stands for two schemas.
 */
export function publishSchema(schema: TSchema, shelf: SchemaShelf): PublishedSchema {
  const { $id: name } = schema as { $id?: string };
  if (name === undefined) return publishBody(schema, shelf);
  const known = shelf.get(name);
  // The name is taken before the body is walked, so that a schema may speak of itself.
  if (!known) shelf.set(name, {});
  const published = publishBody(schema, shelf);
  if (known && Object.keys(known).length > 0 && JSON.stringify(known) !== JSON.stringify(published))
    throw new TypeError(`two schemas are called ${name}: give one of them another $id`);
  shelf.set(name, published);
  return { $ref: schemaAddress(name) };
}

const schemaMembers = ['items', 'additionalProperties', 'not'] as const;
const schemaLists = ['anyOf', 'oneOf', 'allOf'] as const;

function publishBody(schema: TSchema, shelf: SchemaShelf): PublishedSchema {
  const { $id: _, amountLiteral, ...rest } = { ...(schema as Record<string, unknown>) };
  const published: Record<string, unknown> = { ...publishedAmount(amountLiteral), ...rest };
  if (isObject(published.properties)) {
    published.properties = Object.fromEntries(
      Object.entries(published.properties).map(([key, inner]) => [
        key,
        publishSchema(inner as TSchema, shelf),
      ]),
    );
  }
  for (const key of schemaMembers)
    if (isObject(published[key])) published[key] = publishSchema(published[key] as TSchema, shelf);
  for (const key of schemaLists) {
    const list = published[key];
    if (Array.isArray(list)) published[key] = list.map((inner: TSchema) => publishSchema(inner, shelf));
  }
  return published as PublishedSchema;
}

function publishedAmount(kind: unknown): Record<string, unknown> {
  if (kind === undefined) return {};
  const types = publishedAmountTypes[kind as AmountLiteralKind];
  const [only] = types;
  const textual = types.includes('string') ? { pattern: '^[0-9]+(\\.[0-9]+)?$' } : {};
  return { type: types.length === 1 && only ? only : [...types], ...textual };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
