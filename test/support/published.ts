import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { eximpeDescription } from '../../src/http/eximpe/openapi/description.ts';
import { buildDocument } from '../../src/http/openapi/build-document.ts';
import type { OpenApiDocument, PublishedAnswer, Reference } from '../../src/http/openapi/document.ts';
import { zafapayDescription } from '../../src/http/zafapay/openapi/description.ts';

/** A dialect's document with its schemas compiled, each when it is first asked for. */
export class PublishedDialect {
  readonly name: string;
  readonly document: OpenApiDocument;
  /** What we send must be as published, with nothing more; what we are sent may hold more. */
  readonly #ours: Ajv2020;
  readonly #theirs: Ajv2020;
  readonly #compiled = new Map<string, ValidateFunction>();
  /** `POST /v1/payments/{}/capture` → the path as it is published. */
  readonly #paths: ReadonlyMap<string, string>;

  constructor(name: string, document: OpenApiDocument) {
    this.name = name;
    this.document = document;
    this.#paths = new Map(Object.keys(document.paths).map((path) => [pattern(path), path]));
    const options = { strict: false, allErrors: true, validateFormats: false };
    this.#ours = new Ajv2020(options).addSchema(closed({ ...document, $id: name }) as object);
    this.#theirs = new Ajv2020(options).addSchema({ ...document, $id: name });
  }

  /** The published path of a route such as `/v1/payments/:id`; undefined when there is none. */
  pathOf(route: string): string | undefined {
    return this.#paths.get(pattern(route));
  }

  /** How `method path` may answer with `status`, and where that stands in the document. */
  answerOf(
    path: string | undefined,
    method: string,
    status: number,
  ): { readonly answer: PublishedAnswer; readonly pointer: string } | undefined {
    const operation = path === undefined ? undefined : this.document.paths[path]?.[method];
    if (path === undefined || !operation) return this.#resolve(this.document['x-any-path'][status], '');
    const pointer = `#/paths/${escapePointer(path)}/${method}/responses/${status}`;
    return this.#resolve(operation.responses[status], pointer);
  }

  /** What is wrong with `value` by the schema at `pointer`, one sentence each. */
  faults(pointer: string, value: unknown): string[] {
    let validate = this.#compiled.get(pointer);
    if (!validate) {
      const isTheirs = pointer.startsWith('#/paths') && pointer.includes('/requestBody/');
      validate = (isTheirs ? this.#theirs : this.#ours).compile({ $ref: this.name + pointer });
      this.#compiled.set(pointer, validate);
    }
    if (validate(value)) return [];
    return (validate.errors ?? []).map(
      ({ instancePath, message, params }) => `${instancePath || '/'} ${message} ${JSON.stringify(params)}`,
    );
  }

  #resolve(answer: PublishedAnswer | Reference | undefined, pointer: string) {
    if (!answer) return undefined;
    if (!('$ref' in answer)) return { answer, pointer };
    const name = answer.$ref.split('/').at(-1) ?? '';
    const named = this.document.components.responses[name];
    return named && { answer: named, pointer: answer.$ref };
  }
}

/** Where the schema of a JSON body stands below an answer or request body. */
export function jsonSchemaOf(pointer: string): string {
  return `${pointer}/content/application~1json/schema`;
}

export function escapePointer(text: string): string {
  return encodeURI(text.replaceAll('~', '~0').replaceAll('/', '~1')).replaceAll('#', '%23');
}

export const publishedDialects: readonly PublishedDialect[] = [zafapayDescription, eximpeDescription].map(
  (description) => new PublishedDialect(description.name, buildDocument(description)),
);

/** The same path whatever its parameters are called and whether it ends with a slash. */
function pattern(path: string): string {
  return path.replaceAll(/\{[^}]+\}|:[A-Za-z0-9_]+/g, '{}').replace(/\/$/, '');
}

/**
 * A copy in which every object says all of its members: what we publish lets readers expect more in time, but an answer
 * of ours must hold nothing that is not published.
 */
function closed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(closed);
  if (typeof value !== 'object' || value === null) return value;
  const copy = Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, closed(inner)]));
  const isObjectSchema = [copy.type].flat().includes('object') && typeof copy.properties === 'object';
  return isObjectSchema && !('additionalProperties' in copy)
    ? { ...copy, additionalProperties: false }
    : copy;
}
