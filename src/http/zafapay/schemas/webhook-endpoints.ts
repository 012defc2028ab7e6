import { Type } from 'typebox';

const url = Type.String({ minLength: 1, maxLength: 2048, description: 'Where we post to.' });
const events = Type.Unsafe<readonly string[] | null>({
  type: ['array', 'null'],
  items: { type: 'string', maxLength: 64 },
  maxItems: 32,
  description: 'Names of events; empty or null for the default of the format.',
});

/** `POST /v1/webhook_endpoints`. */
export const createEndpointBody = Type.Object({
  url,
  format: Type.Optional(
    Type.String({ maxLength: 32, description: '`zafapay`, `eximpe` or `standard`; zafapay unless told.' }),
  ),
  events: Type.Optional(events),
});

/** `PATCH /v1/webhook_endpoints/{id}`: what is left out stays. */
export const updateEndpointBody = Type.Object({
  url: Type.Optional(url),
  events: Type.Optional(events),
  status: Type.Optional(
    Type.Unsafe<'enabled' | 'disabled'>({
      enum: ['enabled', 'disabled'],
      description: 'A disabled endpoint is sent nothing.',
    }),
  ),
});
