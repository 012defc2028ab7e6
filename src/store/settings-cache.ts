import { Client } from 'pg';

const entriesMax = 10_000;
/** The channel that the triggers of settings tables notify (migration 0001). */
const settingsChannel = 'sallyport_settings';
const reconnectMs = 1000;
/** A connection whose other end has vanished tells of no change either: it is asked for a sign of life so often. */
const heartbeatMsDefault = 5000;

/**
 * Keeps credentials, merchants and flows in memory, and forgets all of them the moment any of them changes: a trigger
 * notifies, this listens. While it cannot listen it remembers nothing, so that a revoked key is dead at once.
 */
export class SettingsCache {
  readonly #entries = new Map<string, Promise<unknown>>();
  #client: Client | undefined;
  #listening = false;
  #stopped = false;
  #timer: NodeJS.Timeout | undefined;
  #heartbeat: NodeJS.Timeout | undefined;
  readonly #heartbeatMs: number;
  readonly #connectionString: string;
  readonly #onChange: () => void;

  /**
   * `onChange` is told of every change of settings, after everything was forgotten. After twice `heartbeatMs` without a
   * sign of life from the database everything is forgotten too.
   */
  constructor(
    connectionString: string,
    onChange: () => void = () => undefined,
    { heartbeatMs = heartbeatMsDefault }: { readonly heartbeatMs?: number } = {},
  ) {
    this.#connectionString = connectionString;
    this.#onChange = onChange;
    this.#heartbeatMs = heartbeatMs;
  }

  /** Connects and listens; keeps trying in the background when the database is away. */
  async start(): Promise<void> {
    const client = new Client({
      connectionString: this.#connectionString,
      application_name: 'sallyport settings',
      connectionTimeoutMillis: 2 * this.#heartbeatMs,
      query_timeout: this.#heartbeatMs,
    });
    this.#client = client;
    client.on('notification', () => {
      this.#entries.clear();
      this.#onChange();
    });
    client.on('error', () => this.#lost(client));
    client.on('end', () => this.#lost(client));
    try {
      await client.connect();
      await client.query(`listen ${settingsChannel}`);
      this.#listening = true;
      this.#heartbeat = setInterval(() => this.#askForLife(client), this.#heartbeatMs);
      this.#heartbeat.unref();
    } catch {
      this.#lost(client);
    }
  }

  /** The value under `key`, loaded once; a null or a failure is not remembered. */
  remember<T>(key: string, load: () => Promise<T>): Promise<T> {
    if (!this.#listening) return load();
    const known = this.#entries.get(key);
    if (known) return known as Promise<T>;
    const loading = load();
    if (this.#entries.size >= entriesMax) this.#entries.clear();
    this.#entries.set(key, loading);
    loading.then(
      (value) => value === null && this.#forget(key, loading),
      () => this.#forget(key, loading),
    );
    return loading;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    clearInterval(this.#heartbeat);
    this.#listening = false;
    await this.#client?.end().catch(() => undefined);
  }

  #forget(key: string, loading: Promise<unknown>): void {
    if (this.#entries.get(key) === loading) this.#entries.delete(key);
  }

  #askForLife(client: Client): void {
    client.query('select 1').catch(() => this.#lost(client));
  }

  #lost(client: Client): void {
    if (this.#client !== client || this.#stopped) return;
    clearInterval(this.#heartbeat);
    this.#listening = false;
    this.#entries.clear();
    this.#client = undefined;
    client.end().catch(() => undefined);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.start(), reconnectMs);
    this.#timer.unref();
  }
}
