import { type TOptional, type TUnsafe, Type } from 'typebox';

interface TextLimits {
  readonly minLength?: number;
  readonly maxLength: number;
  readonly pattern?: string;
  readonly description?: string;
}

/** A text that may be left out or null, which both mean that there is none. */
export function optionalText(limits: TextLimits): TOptional<TUnsafe<string | null>> {
  return Type.Optional(Type.Unsafe<string | null>({ type: ['string', 'null'], ...limits }));
}

/** A switch that may be left out or null, which both mean off. */
export function optionalFlag(description: string): TOptional<TUnsafe<boolean | null>> {
  return Type.Optional(Type.Unsafe<boolean | null>({ type: ['boolean', 'null'], description }));
}

/** 1 to 255 characters without control characters: how merchants may call their customers. */
export const customerIdPattern = '^[^\\u0000-\\u001f\\u007f-\\u009f]+$';

/** `{id}` in a path; what cannot be an id is answered as an unknown one. */
export const idParams = Type.Object({ id: Type.String() });
