/**
 * @typedef {object} GatewaySettings
 * @property {string} url where the gateway is, without a slash at its end
 * @property {string} publishableKey for the browser
 * @property {string} accessToken
 * @property {string} clientId
 * @property {string} clientSecret
 * @property {string} merchantNumber
 * @property {string} encryptionKey
 */

/** @typedef {{ status: number, body: any }} Answer */

const answerMs = 20_000;
/** With the same idempotency key a request may be sent again: it is answered, not done, a second time. */
const tries = 2;

/**
 * The shop's calls to the gateway, in both dialects.
 *
 * @param {GatewaySettings} settings
 */
export function connectGateway(settings) {
  const zafapay = { authorization: `Bearer ${settings.accessToken}` };
  const eximpe = {
    'x-client-id': settings.clientId,
    'x-client-secret': settings.clientSecret,
    'x-merchant-id': settings.merchantNumber,
    'x-api-version': '1.0.0',
  };

  /**
   * @param {string} method
   * @param {string} path
   * @param {Record<string, string>} headers
   * @param {object} [body]
   * @returns {Promise<Answer>}
   */
  async function call(method, path, headers, body) {
    const response = await fetch(settings.url + path, {
      method,
      headers: { ...headers, ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(answerMs),
    });
    return { status: response.status, body: await response.json() };
  }

  /**
   * A POST that takes money: it carries a key of its own, and is sent again when no answer came.
   *
   * @param {string} path
   * @param {Record<string, string>} headers
   * @param {string} idempotencyKey
   * @param {object} body
   */
  async function callOnce(path, headers, idempotencyKey, body) {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await call('POST', path, { ...headers, 'idempotency-key': idempotencyKey }, body);
      } catch (error) {
        if (attempt === tries) throw error;
      }
    }
  }

  return {
    settings,

    /**
     * @param {string} idempotencyKey
     * @param {object} payment
     */
    createPayment: (idempotencyKey, payment) => callOnce('/v1/payments', zafapay, idempotencyKey, payment),

    /**
     * The newest payment that carries this order's id; undefined when none does.
     *
     * @param {string} externalId
     */
    async findPayment(externalId) {
      const { body } = await call(
        'GET',
        `/v1/payments?external_id=${encodeURIComponent(externalId)}&limit=1`,
        zafapay,
      );
      return body.data?.[0];
    },

    /**
     * @param {string} idempotencyKey
     * @param {object} order
     */
    createOrder: (idempotencyKey, order) => callOnce('/pg/orders/', eximpe, idempotencyKey, order),

    /** @param {string} orderId */
    async readOrder(orderId) {
      return (await call('GET', `/pg/orders/${encodeURIComponent(orderId)}/status/`, eximpe)).body.data;
    },

    /**
     * Has webhooks sent to `url`, once, however often the shop was started; answers the endpoint with its secret.
     *
     * @param {string} url
     * @param {'zafapay' | 'eximpe'} format
     * @returns {Promise<{ id: string, secret: string | null }>}
     */
    async registerWebhook(url, format) {
      const { body } = await call('GET', '/v1/webhook_endpoints', zafapay);
      for (const known of body.data ?? []) if (known.url === url) await this.removeWebhook(known.id);
      const made = await call('POST', '/v1/webhook_endpoints', zafapay, { url, format });
      if (made.status !== 201) throw new Error(`no webhook endpoint: ${made.body.error?.message}`);
      return made.body;
    },

    /** @param {string} id */
    removeWebhook: (id) => call('DELETE', `/v1/webhook_endpoints/${id}`, zafapay),
  };
}

/** @typedef {ReturnType<typeof connectGateway>} Gateway */
