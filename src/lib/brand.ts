declare const brand: unique symbol;

/** A value of type `Base` that has been through the one parser or maker of `Name`. */
export type Brand<Base, Name extends string> = Base & { readonly [brand]: Name };
