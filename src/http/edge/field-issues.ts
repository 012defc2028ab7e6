import type { FastifySchemaValidationError } from 'fastify/types/schema.js';
import { scrubText } from './scrub.ts';

export type FieldIssueKind = 'missing' | 'type' | 'enum' | 'pattern' | 'length' | 'range' | 'other';
export type FieldPlace = 'body' | 'query' | 'path' | 'header';

/** One bad field of a request; it never carries the value that was sent. */
export interface FieldIssue {
  /** Where the field stands, `card.number` or `items.0.name`; empty for the whole body. */
  readonly path: string;
  readonly place: FieldPlace;
  readonly kind: FieldIssueKind;
  /** A predicate about the field, to be put after its name: `is required`, `must be a string`. */
  readonly message: string;
  /** The values that an `enum` issue would accept. */
  readonly allowed?: readonly string[];
  /** The bound that a `length` or `range` issue broke. */
  readonly limit?: number;
}

const issuesMax = 50;
const pathLengthMax = 120;

const kindByKeyword: Record<string, FieldIssueKind> = {
  required: 'missing',
  type: 'type',
  amountLiteral: 'type',
  enum: 'enum',
  const: 'enum',
  pattern: 'pattern',
  format: 'pattern',
  minLength: 'length',
  maxLength: 'length',
  minItems: 'length',
  maxItems: 'length',
  minProperties: 'length',
  maxProperties: 'length',
  minimum: 'range',
  maximum: 'range',
  exclusiveMinimum: 'range',
  exclusiveMaximum: 'range',
  multipleOf: 'range',
};

/** When a field breaks several rules, the first of these is the one to tell. */
const precedence: readonly FieldIssueKind[] = [
  'missing',
  'type',
  'enum',
  'length',
  'pattern',
  'range',
  'other',
];
const places: Record<string, FieldPlace> = {
  body: 'body',
  querystring: 'query',
  params: 'path',
  headers: 'header',
};

/** One issue per bad field, in the order in which the schema names the fields, at most 50. */
export function fieldIssues(
  errors: readonly FastifySchemaValidationError[],
  validationContext: string | undefined,
): FieldIssue[] {
  const byPath = new Map<string, FastifySchemaValidationError[]>();
  for (const error of errors) {
    const path = fieldPath(error);
    const known = byPath.get(path);
    if (known) known.push(error);
    else byPath.set(path, [error]);
  }
  const place = places[validationContext ?? 'body'] ?? 'body';
  const issues: FieldIssue[] = [];
  for (const [path, ofPath] of byPath) {
    if (issues.length === issuesMax) break;
    const told = tellable(path, ofPath, byPath);
    if (told.length > 0) issues.push({ path, place, ...describe(told) });
  }
  return issues;
}

function fieldPath(error: FastifySchemaValidationError): string {
  const segments = error.instancePath.split('/').slice(1);
  if (error.keyword === 'required') segments.push(String(error.params.missingProperty));
  const path = segments.map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~')).join('.');
  return scrubText(path).slice(0, pathLengthMax);
}

const isUnion = (error: FastifySchemaValidationError): boolean =>
  error.keyword === 'anyOf' || error.keyword === 'oneOf';

/**
 * A union complains once per branch and once for itself. Where one branch took the type and found something else wrong,
 * the other branches' type complaints mislead; where a field inside has an issue, the union's own adds nothing.
 */
function tellable(
  path: string,
  errors: readonly FastifySchemaValidationError[],
  byPath: ReadonlyMap<string, unknown>,
): readonly FastifySchemaValidationError[] {
  if (!errors.some(isUnion)) return errors;
  const ofBranches = errors.filter((error) => !isUnion(error));
  const beyondType = ofBranches.filter((error) => kindByKeyword[error.keyword] !== 'type');
  if (beyondType.length > 0) return beyondType;
  const below = path === '' ? '' : `${path}.`;
  const toldBelow = [...byPath.keys()].some((other) => other !== path && other.startsWith(below));
  if (toldBelow) return [];
  return ofBranches.length > 0 ? ofBranches : errors;
}

function describe(
  errors: readonly FastifySchemaValidationError[],
): Pick<FieldIssue, 'kind' | 'message' | 'allowed' | 'limit'> {
  const kindOf = (error: FastifySchemaValidationError) => kindByKeyword[error.keyword] ?? 'other';
  const kind = precedence.find((candidate) => errors.some((error) => kindOf(error) === candidate)) ?? 'other';
  const ofKind = errors.filter((error) => kindOf(error) === kind);
  const [first] = ofKind;
  if (!first) return { kind: 'other', message: 'is not valid' };
  switch (kind) {
    case 'missing':
      return { kind, message: 'is required' };
    case 'type':
      return { kind, message: `must be ${typeNames(ofKind)}` };
    case 'enum': {
      const allowed = ofKind.flatMap(allowedValues);
      return {
        kind,
        message: `must be ${allowed.length > 1 ? 'one of ' : ''}${allowed.join(', ')}`,
        allowed,
      };
    }
    case 'pattern':
      return { kind, message: 'has an invalid format' };
    case 'length':
    case 'range':
      return { kind, ...bound(first) };
    case 'other':
      return { kind, message: 'is not valid' };
  }
}

function allowedValues(error: FastifySchemaValidationError): string[] {
  const { allowedValues: listed, allowedValue: single } = error.params;
  return (Array.isArray(listed) ? listed : [single]).map(String);
}

const typePhrases: Record<string, string> = {
  string: 'a string',
  number: 'a number',
  integer: 'an integer',
  boolean: 'true or false',
  object: 'an object',
  array: 'an array',
  null: 'null',
};

function typeNames(errors: readonly FastifySchemaValidationError[]): string {
  const named = errors.flatMap((error) => [error.params.type].flat().map(String));
  return [...new Set(named)].map((name) => typePhrases[name] ?? name).join(' or ');
}

const unitByKeyword: Record<string, string> = {
  minLength: ' characters',
  maxLength: ' characters',
  minItems: ' items',
  maxItems: ' items',
  minProperties: ' members',
  maxProperties: ' members',
};

function bound(error: FastifySchemaValidationError): { message: string; limit: number } {
  const limit = Number(error.params.limit ?? error.params.multipleOf);
  const unit = unitByKeyword[error.keyword] ?? '';
  switch (error.keyword) {
    case 'exclusiveMinimum':
      return { message: `must be more than ${limit}`, limit };
    case 'exclusiveMaximum':
      return { message: `must be less than ${limit}`, limit };
    case 'multipleOf':
      return { message: `must be a multiple of ${limit}`, limit };
    default:
      if (error.keyword === 'minLength' && limit === 1) return { message: 'must not be empty', limit };
      return {
        message: `must be at ${error.keyword.startsWith('min') ? 'least' : 'most'} ${limit}${unit}`,
        limit,
      };
  }
}
