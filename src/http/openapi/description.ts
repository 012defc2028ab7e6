import type { TObject, TSchema } from 'typebox';

/**
 * How a dialect tells of itself, in TypeBox schemas and short words; `buildDocument` makes OpenAPI 3.1 of it. A schema
 * with an `$id` is published once, under that name, and referred to elsewhere.
 */
export interface DialectDescription {
  /** In addresses and file names: `zafapay`. */
  readonly name: string;
  readonly title: string;
  /** Of the published contract, `1.0.0`. */
  readonly version: string;
  /** CommonMark: paragraphs, lists, `code` and **strong** words. */
  readonly description: string;
  readonly tags: readonly TagDescription[];
  readonly securitySchemes: Readonly<Record<string, SecurityScheme>>;
  /** Every header that operations name, by its name on the wire. */
  readonly headers: Readonly<Record<string, HeaderDescription>>;
  readonly operations: readonly OperationDescription[];
  /** What any address may answer that is not an operation here, by status: unknown paths, wrong methods. */
  readonly elsewhere: Readonly<Record<number, AnswerDescription & { readonly name: string }>>;
  readonly webhooks: readonly WebhookDescription[];
}

export interface TagDescription {
  readonly name: string;
  readonly description: string;
}

/** `x-sample` is the whole header with the sandbox's credential, for samples that run as pasted. */
export type SecurityScheme = { readonly description: string; readonly 'x-sample': string } & (
  | { readonly type: 'http'; readonly scheme: 'bearer' }
  | { readonly type: 'apiKey'; readonly in: 'header'; readonly name: string }
);

export interface HeaderDescription {
  readonly description: string;
  readonly schema: TSchema;
  /** Of an answer: always there when the answer names it. */
  readonly required?: boolean;
  readonly example?: string;
}

export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete' | 'options';

export interface OperationDescription {
  /** `operationId`: a verb and a noun, unique in the dialect. */
  readonly id: string;
  readonly method: Method;
  /** As published, `/v1/payments/{id}`. */
  readonly path: string;
  readonly tag: string;
  readonly summary: string;
  readonly description?: string;
  /** Alternatives; all schemes of one alternative are needed together. */
  readonly security: readonly (readonly string[])[];
  /** What each name in braces stands for. */
  readonly pathParameters?: Readonly<Record<string, ParameterDescription>>;
  readonly query?: TObject;
  /** Descriptions of query parameters whose schemas have none. */
  readonly queryNotes?: Readonly<Record<string, string>>;
  /** Names of request headers besides those of `security`. */
  readonly headers?: readonly string[];
  readonly body?: BodyDescription;
  readonly answers: Readonly<Record<number, AnswerDescription>>;
}

export interface ParameterDescription {
  readonly description: string;
  readonly example: string;
}

export interface BodyDescription {
  /** The name under which the schema is published. */
  readonly name: string;
  readonly schema: TSchema;
  /** Whether a request without any body is refused. */
  readonly required: boolean;
  /** `application/json` unless told. */
  readonly mediaType?: string;
  readonly examples: Readonly<Record<string, NamedExample>>;
}

export interface NamedExample {
  readonly summary: string;
  readonly value: unknown;
}

export interface AnswerDescription {
  /** Answers that several operations give are published once, under this name. */
  readonly name?: string;
  readonly description: string;
  /** Null for an answer without a body. */
  readonly schema: TSchema | null;
  /** `application/json` unless told. */
  readonly mediaType?: string | readonly string[];
  readonly headers?: readonly string[];
  readonly examples?: Readonly<Record<string, NamedExample>>;
}

export interface WebhookDescription {
  /** The event's name on the wire. */
  readonly name: string;
  readonly summary: string;
  readonly description?: string;
  readonly headers: readonly string[];
  readonly schema: TSchema;
  readonly example: unknown;
}
