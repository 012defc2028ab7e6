/** What the vault needs of the database: named statements, each run on its own. */
export interface VaultDatabase {
  query<Row>(statement: {
    readonly name: string;
    readonly text: string;
    readonly values: readonly unknown[];
  }): Promise<{ readonly rows: Row[] }>;
}

/** Sandbox and live keys never mix: a value sealed in one mode does not open in the other. */
export type VaultMode = 'sandbox' | 'live';
