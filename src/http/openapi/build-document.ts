import type { TSchema } from 'typebox';
import type {
  AnswerDescription,
  BodyDescription,
  DialectDescription,
  HeaderDescription,
  OperationDescription,
  WebhookDescription,
} from './description.ts';
import type {
  Header,
  MediaType,
  OpenApiDocument,
  Parameter,
  PublishedAnswer,
  PublishedOperation,
  Reference,
} from './document.ts';
import { publishSchema, type SchemaShelf } from './publish-schema.ts';

const json = 'application/json';

/** Where the sandbox listens when nothing else is said; kept files name it, a running gateway names itself. */
export const defaultServerUrl = 'http://127.0.0.1:8000';

/** The OpenAPI 3.1 document of a dialect, its members in a fixed order so that equal descriptions give equal bytes. */
export function buildDocument(
  description: DialectDescription,
  serverUrl: string = defaultServerUrl,
): OpenApiDocument {
  const shelf: SchemaShelf = new Map();
  const builder = new Builder(description, shelf);
  const paths = builder.paths();
  const webhooks = builder.webhooks();
  const elsewhere = builder.elsewhere();
  const headers = builder.headers();
  const responses = builder.namedAnswers();
  return {
    openapi: '3.1.1',
    info: {
      title: description.title,
      version: description.version,
      description: description.description,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    jsonSchemaDialect: 'https://json-schema.org/draft/2020-12/schema',
    servers: [{ url: serverUrl, description: 'This gateway.' }],
    tags: description.tags.map(({ name, description: text }) => ({ name, description: text })),
    paths,
    webhooks,
    components: {
      securitySchemes: { ...description.securitySchemes },
      headers,
      responses,
      schemas: Object.fromEntries([...shelf].sort(([one], [other]) => (one < other ? -1 : 1))),
    },
    'x-any-path': elsewhere,
  };
}

/** The document's text as it is kept and served. */
export function documentText(document: OpenApiDocument): string {
  return `${JSON.stringify(document, null, 2)}\n`;
}

class Builder {
  readonly #description: DialectDescription;
  readonly #shelf: SchemaShelf;
  readonly #answers = new Map<string, PublishedAnswer>();

  constructor(description: DialectDescription, shelf: SchemaShelf) {
    this.#description = description;
    this.#shelf = shelf;
  }

  paths(): OpenApiDocument['paths'] {
    const paths: Record<string, Record<string, PublishedOperation>> = {};
    for (const operation of this.#description.operations) {
      const path = paths[operation.path] ?? {};
      if (path[operation.method])
        throw new TypeError(`${operation.method} ${operation.path} is described twice`);
      path[operation.method] = this.#operation(operation);
      paths[operation.path] = path;
    }
    return paths;
  }

  webhooks(): OpenApiDocument['webhooks'] {
    return Object.fromEntries(
      this.#description.webhooks.map((webhook) => [webhook.name, { post: this.#webhook(webhook) }]),
    );
  }

  elsewhere(): Record<string, Reference> {
    return Object.fromEntries(
      Object.entries(this.#description.elsewhere).map(([status, answer]) => [
        status,
        this.#namedAnswer(answer.name, answer),
      ]),
    );
  }

  /** The answers that the parts before have referred to. */
  namedAnswers(): Record<string, PublishedAnswer> {
    return Object.fromEntries([...this.#answers].sort(([one], [other]) => (one < other ? -1 : 1)));
  }

  headers(): Record<string, Header> {
    return Object.fromEntries(
      Object.entries(this.#description.headers).map(([name, header]) => [name, this.#header(header)]),
    );
  }

  #operation(operation: OperationDescription): PublishedOperation {
    const parameters = [
      ...this.#pathParameters(operation),
      ...this.#queryParameters(operation),
      ...this.#headerParameters(operation.headers ?? []),
    ];
    return {
      operationId: operation.id,
      tags: [operation.tag],
      summary: operation.summary,
      ...(operation.description !== undefined && { description: operation.description }),
      security: operation.security.map((schemes) => Object.fromEntries(schemes.map((name) => [name, []]))),
      ...(parameters.length > 0 && { parameters }),
      ...(operation.body && { requestBody: this.#body(operation.body) }),
      responses: Object.fromEntries(
        Object.entries(operation.answers).map(([status, answer]) => [
          status,
          answer.name === undefined ? this.#answer(answer) : this.#namedAnswer(answer.name, answer),
        ]),
      ),
    };
  }

  #pathParameters({ path, pathParameters = {} }: OperationDescription): Parameter[] {
    return [...path.matchAll(/\{([^}]+)\}/g)].map(([, name = '']) => {
      const parameter = pathParameters[name];
      if (!parameter) throw new TypeError(`the parameter ${name} of ${path} is not described`);
      return {
        name,
        in: 'path',
        required: true,
        description: parameter.description,
        schema: { type: 'string' },
        example: parameter.example,
      };
    });
  }

  #queryParameters({ query, queryNotes = {} }: OperationDescription): Parameter[] {
    if (!query) return [];
    const required = (query as { required?: readonly string[] }).required ?? [];
    return Object.entries(query.properties).map(([name, schema]) => {
      const { description, ...rest } = publishSchema(schema as TSchema, this.#shelf);
      const note = description ?? queryNotes[name];
      return {
        name,
        in: 'query',
        required: required.includes(name),
        ...(note !== undefined && { description: note }),
        schema: rest,
      };
    });
  }

  #headerParameters(names: readonly string[]): Parameter[] {
    return names.map((name) => {
      const header = this.#headerNamed(name);
      return {
        name,
        in: 'header',
        required: false,
        description: header.description,
        schema: publishSchema(header.schema, this.#shelf),
        ...(header.example !== undefined && { example: header.example }),
      };
    });
  }

  #body(body: BodyDescription): NonNullable<PublishedOperation['requestBody']> {
    const named = { ...body.schema, $id: body.name } as unknown as TSchema;
    const media: MediaType = { schema: publishSchema(named, this.#shelf), examples: body.examples };
    return { required: body.required, content: { [body.mediaType ?? json]: media } };
  }

  #namedAnswer(name: string, answer: AnswerDescription): Reference {
    const published = this.#answer(answer);
    const known = this.#answers.get(name);
    if (known && JSON.stringify(known) !== JSON.stringify(published))
      throw new TypeError(`two answers are called ${name}: give one of them another name`);
    this.#answers.set(name, published);
    return { $ref: `#/components/responses/${name}` };
  }

  #answer(answer: AnswerDescription): PublishedAnswer {
    const { description, schema, mediaType = json, headers = [], examples } = answer;
    for (const name of headers) this.#headerNamed(name);
    return {
      description,
      ...(headers.length > 0 && {
        headers: Object.fromEntries(headers.map((name) => [name, { $ref: `#/components/headers/${name}` }])),
      }),
      ...(schema && {
        content: Object.fromEntries(
          (typeof mediaType === 'string' ? [mediaType] : mediaType).map((type) => [
            type,
            { schema: publishSchema(schema, this.#shelf), ...(examples && { examples }) },
          ]),
        ),
      }),
    };
  }

  #webhook(webhook: WebhookDescription): PublishedOperation {
    return {
      operationId: `receive ${webhook.name}`.replaceAll(/[ ._]+(\w)/g, (_, letter: string) =>
        letter.toUpperCase(),
      ),
      tags: ['Webhooks'],
      summary: webhook.summary,
      ...(webhook.description !== undefined && { description: webhook.description }),
      parameters: this.#headerParameters(webhook.headers).map((parameter) => ({
        ...parameter,
        required: true,
      })),
      requestBody: {
        required: true,
        content: {
          [json]: {
            schema: publishSchema(webhook.schema, this.#shelf),
            examples: { sample: { summary: webhook.summary, value: webhook.example } },
          },
        },
      },
      responses: { '2XX': { description: 'You have it. Any other answer is tried again.' } },
    };
  }

  #header(header: HeaderDescription): Header {
    return {
      description: header.description,
      ...(header.required && { required: true }),
      schema: publishSchema(header.schema, this.#shelf),
      ...(header.example !== undefined && { example: header.example }),
    };
  }

  #headerNamed(name: string): HeaderDescription {
    const header = this.#description.headers[name];
    if (!header) throw new TypeError(`the header ${name} is not described`);
    return header;
  }
}
