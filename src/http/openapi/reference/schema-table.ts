import { type Html, html } from '../../edge/html.ts';
import type { OpenApiDocument, PublishedSchema } from '../document.ts';
import { inline } from './words.ts';

/** Deeper members are told in words only. */
const depthMax = 4;

type Schemas = OpenApiDocument['components']['schemas'];

interface Row {
  readonly name: string;
  readonly depth: number;
  readonly isRequired: boolean;
  readonly schema: PublishedSchema;
}

/** What a value looks like: a table of its members, or its type in words when it has none. */
export function schemaTable(schema: PublishedSchema, schemas: Schemas, caption: string): Html {
  const variants = variantsOf(schema, schemas);
  if (variants.length > 1)
    return html`${variants.map(
      (variant, index) =>
        html`<p class="variant">${index === 0 ? 'Either' : 'or'} ${nameOf(variant) ?? ''}</p>${schemaTable(variant, schemas, caption)}`,
    )}`;
  const rows = rowsOf(resolve(schema, schemas), schemas, 0);
  if (rows.length === 0) return html`<p>${typeOf(resolve(schema, schemas), schemas)}</p>`;
  return html`<table><caption>${caption}</caption><thead><tr><th scope="col">Member</th><th scope="col">Type</th><th scope="col">Meaning</th></tr></thead><tbody>${rows.map((row) => memberRow(row, schemas))}</tbody></table>`;
}

function memberRow({ name, depth, isRequired, schema }: Row, schemas: Schemas): Html {
  const resolved = resolve(schema, schemas);
  const rule = ruleOf(resolved);
  return html`<tr><th scope="row" class="depth-${depth}"><code>${name}</code>${isRequired ? false : html` <span class="optional">optional</span>`}</th><td>${typeOf(resolved, schemas)}</td><td>${resolved.description !== undefined && inline(resolved.description)}${rule !== '' && html` <span class="rule">${rule}</span>`}</td></tr>`;
}

function rowsOf(schema: PublishedSchema, schemas: Schemas, depth: number): Row[] {
  const inner = resolve(schema.items ?? schema, schemas);
  if (depth >= depthMax) return [];
  return Object.entries(inner.properties ?? {}).flatMap(([name, member]): Row[] => {
    const isRequired = inner.required?.includes(name) ?? false;
    const variant = variantsOf(member, schemas).find(({ type }) => type !== 'null') ?? member;
    return [
      { name, depth, isRequired, schema: member },
      ...rowsOf(resolve(variant, schemas), schemas, depth + 1),
    ];
  });
}

/** The schema behind a reference; of an `allOf` the first, for the rest of it only narrows what that one says. */
function resolve(schema: PublishedSchema, schemas: Schemas): PublishedSchema {
  if (schema.$ref !== undefined) return resolve(schemas[lastOf(schema.$ref)] ?? {}, schemas);
  const [first] = schema.allOf ?? [];
  return first ? resolve(first, schemas) : schema;
}

/** The shapes that a value may have. */
function variantsOf(schema: PublishedSchema, schemas: Schemas): readonly PublishedSchema[] {
  const { anyOf, oneOf } = resolve(schema, schemas);
  return anyOf ?? oneOf ?? [schema];
}

function nameOf(schema: PublishedSchema): string | undefined {
  const reference = schema.$ref ?? schema.allOf?.[0]?.$ref;
  if (reference === undefined) return undefined;
  return lastOf(reference)
    .replaceAll(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase();
}

function lastOf(reference: string): string {
  return reference.split('/').at(-1) ?? '';
}

function typeOf(schema: PublishedSchema, schemas: Schemas): string {
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.anyOf)
    return schema.anyOf.map((variant) => typeOf(resolve(variant, schemas), schemas)).join(' or ');
  if (schema.items) return `array of ${typeOf(resolve(schema.items, schemas), schemas)}s${nullable(schema)}`;
  const isMaybeNull = schema.enum?.includes(null);
  const types = [
    schema.type ?? (schema.enum ? (isMaybeNull ? ['string', 'null'] : 'string') : 'anything'),
  ].flat();
  return types.join(' or ');
}

function nullable({ type }: PublishedSchema): string {
  return Array.isArray(type) && type.includes('null') ? ' or null' : '';
}

/** Limits and choices, in words; a pattern only where no words say what it means. */
function ruleOf(schema: PublishedSchema): string {
  const { enum: choices, minLength, maxLength, minimum, maximum, pattern, description } = schema;
  const rules: string[] = [];
  if (choices) rules.push(choices.map((choice) => (choice === null ? 'null' : String(choice))).join(', '));
  if (maxLength !== undefined)
    rules.push(minLength ? `${minLength} to ${maxLength} characters` : `at most ${maxLength} characters`);
  if (minimum !== undefined && maximum !== undefined && maximum < 100) rules.push(`${minimum} to ${maximum}`);
  if (pattern !== undefined && description === undefined && !choices) rules.push(pattern);
  return rules.join('; ');
}
