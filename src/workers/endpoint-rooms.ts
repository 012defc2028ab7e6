import type { WebhookEndpointId } from '../domain/ids.ts';
import type { EndpointRoom } from '../usecases/ports/webhooks.ts';

const startLimit = 8;
const knownMax = 2000;

interface Known {
  limit: number;
  inFlight: number;
}

/**
 * Shares the places of one worker among endpoints. Each begins with a few; a quick success earns it one more, up to
 * half of all; a slow or failed try leaves it one. Endpoints that are down to one hold at most half of all places
 * together, so that however many receivers are dead, half of the worker goes on serving the others.
 */
export class EndpointRooms {
  readonly #half: number;
  readonly #known = new Map<WebhookEndpointId, Known>();
  #struggling = 0;

  constructor(places: number) {
    this.#half = Math.max(1, Math.floor(places / 2));
  }

  /** What the next claim may take. */
  room(): EndpointRoom {
    const except = new Map<WebhookEndpointId, number>();
    let struggling = Math.max(0, this.#half - this.#struggling);
    for (const [id, { limit, inFlight }] of this.#known) {
      const free = limit === 1 && struggling === 0 ? 0 : Math.max(0, limit - inFlight);
      if (limit === 1 && free > 0) struggling--;
      except.set(id, free);
    }
    return { each: Math.min(startLimit, this.#half), except };
  }

  begin(id: WebhookEndpointId): void {
    const known = this.#known.get(id) ?? { limit: Math.min(startLimit, this.#half), inFlight: 0 };
    known.inFlight++;
    if (known.limit === 1) this.#struggling++;
    this.#known.set(id, known);
    if (this.#known.size > knownMax) this.#forgetOldestIdle();
  }

  /** True when the endpoint was using all its room, so that more may be waiting for it. */
  end(id: WebhookEndpointId, quickSuccess: boolean): boolean {
    const known = this.#known.get(id);
    if (!known) return true;
    const wasFull = known.inFlight >= known.limit;
    if (known.limit === 1) this.#struggling -= known.inFlight;
    known.inFlight--;
    known.limit = quickSuccess ? Math.min(known.limit + 1, this.#half) : 1;
    if (known.limit === 1) this.#struggling += known.inFlight;
    return wasFull;
  }

  #forgetOldestIdle(): void {
    for (const [id, { inFlight }] of this.#known) {
      if (inFlight > 0) continue;
      this.#known.delete(id);
      return;
    }
  }
}
