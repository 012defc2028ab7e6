/**
 * Zafapay in the browser: turns a card into a token, so that its number never reaches your server.
 *
 *     <script src="https://…/v1/zafapay.js"></script>
 *     const zafapay = Zafapay('pk_test_…');
 *     const { token, card } = await zafapay.createToken({ number, exp_month, exp_year, cvc, cardholder_name });
 *
 * No dependencies, no cookies, no storage; it calls `POST /v1/tokens` and nothing else.
 */
((root) => {
  /**
   * @typedef {object} CardInput
   * @property {string | number} number Digits; spaces and hyphens are dropped.
   * @property {string | number} exp_month 1 to 12.
   * @property {string | number} exp_year Four digits.
   * @property {string | number} cvc Three digits, four on American Express.
   * @property {string} [cardholder_name]
   */

  /**
   * @typedef {object} MaskedCard
   * @property {string} bin First six digits.
   * @property {string} last4
   * @property {string} brand visa, mastercard, amex, jcb, …
   * @property {number} exp_month
   * @property {number} exp_year
   */

  /**
   * @typedef {object} TokenResult
   * @property {string} token `tok_…`: good for one payment within thirty minutes.
   * @property {MaskedCard} card
   * @property {string} expires_at ISO 8601.
   */

  /**
   * An error whose message may be shown to the customer.
   * @typedef {Error & { code: string, type: string, param?: string, requestId?: string }} ZafapayError
   */

  /** @type {HTMLScriptElement | null} Known only while the script runs for the first time. */
  const ownScript =
    root.document && root.document.currentScript instanceof root.HTMLScriptElement
      ? root.document.currentScript
      : null;

  const requestTimeoutMs = 30000;

  /**
   * @param {string} message
   * @param {string} code
   * @param {string} type
   * @param {string} [param]
   * @param {string} [requestId]
   * @returns {ZafapayError}
   */
  function makeError(message, code, type, param, requestId) {
    const error = /** @type {ZafapayError} */ (new Error(message));
    error.name = 'ZafapayError';
    error.code = code;
    error.type = type;
    if (param !== undefined) error.param = param;
    if (requestId !== undefined) error.requestId = requestId;
    return error;
  }

  /**
   * @param {string} message
   * @param {string} param
   */
  function invalid(message, param) {
    return makeError(message, 'validation_error', 'invalid_request_error', param);
  }

  /** @param {unknown} key */
  function checkKey(key) {
    if (typeof key === 'string' && /^pk_(test|live)_./.test(key)) return;
    if (typeof key === 'string' && /^sk_/.test(key)) {
      throw invalid(
        'This is a secret access token. Remove it from this page, regenerate it, and use the publishable key (pk_test_… or pk_live_…).',
        'publishableKey',
      );
    }
    throw invalid('Zafapay needs a publishable key, pk_test_… or pk_live_….', 'publishableKey');
  }

  /**
   * Where the API is: what the page says, else the script tag's data-api-base, else where the script came from.
   * @param {{ apiBase?: string } | undefined} options
   * @returns {string}
   */
  function findApiBase(options) {
    const given = options?.apiBase || ownScript?.getAttribute('data-api-base');
    if (given) return String(given).replace(/\/+$/, '');
    if (ownScript?.src) return new URL('..', ownScript.src).href.replace(/\/+$/, '');
    throw invalid('Tell Zafapay where its API is: Zafapay(key, { apiBase: "https://…" }).', 'apiBase');
  }

  /**
   * @param {string} digits
   * @returns {boolean}
   */
  function passesLuhn(digits) {
    let sum = 0;
    for (let index = 0; index < digits.length; index++) {
      const digit = digits.charCodeAt(digits.length - 1 - index) - 48;
      const counted = index % 2 === 1 ? digit * 2 : digit;
      sum += counted > 9 ? counted - 9 : counted;
    }
    return sum % 10 === 0;
  }

  /**
   * @param {unknown} value
   * @returns {string}
   */
  function text(value) {
    return value === undefined || value === null ? '' : String(value).trim();
  }

  /**
   * Checks what a customer typed, and brings it into the API's form.
   * @param {CardInput} input
   * @param {Date} now
   */
  function readCard(input, now) {
    if (typeof input !== 'object' || input === null) throw invalid('Enter the card details.', 'card');
    const number = text(input.number).replace(/[ -]/g, '');
    if (!/^[0-9]{12,19}$/.test(number) || !passesLuhn(number))
      throw invalid('The card number is not valid.', 'card.number');
    const month = text(input.exp_month);
    const year = text(input.exp_year);
    if (!/^(0?[1-9]|1[0-2])$/.test(month)) throw invalid('The expiry month is not valid.', 'card.exp_month');
    if (!/^[0-9]{4}$/.test(year)) throw invalid('The expiry year must have four digits.', 'card.exp_year');
    // A card is good to the end of its month in the last time zone; the API has the last word.
    if (now.getTime() >= Date.UTC(Number(year), Number(month), 1) + 12 * 3600 * 1000)
      throw invalid('The card has expired.', 'card.exp_year');
    const cvc = text(input.cvc);
    const isAmex = /^3[47]/.test(number);
    if (!(isAmex ? /^[0-9]{4}$/ : /^[0-9]{3,4}$/).test(cvc))
      throw invalid('The security code is not valid.', 'card.cvc');
    const name = text(input.cardholder_name);
    return {
      number,
      exp_month: Number(month),
      exp_year: Number(year),
      cvc,
      ...(name === '' ? {} : { cardholder_name: name }),
    };
  }

  /**
   * @param {string} apiBase
   * @param {string} key
   * @param {object} card
   * @returns {Promise<Response>}
   */
  async function postToken(apiBase, key, card) {
    const stop = new AbortController();
    const timer = root.setTimeout(() => stop.abort(), requestTimeoutMs);
    try {
      return await root.fetch(`${apiBase}/v1/tokens`, {
        method: 'POST',
        headers: { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json' },
        body: JSON.stringify({ card }),
        credentials: 'omit',
        referrerPolicy: 'no-referrer',
        cache: 'no-store',
        signal: stop.signal,
      });
    } catch {
      throw makeError(
        'The payment service could not be reached. Check your connection and try again.',
        'network_error',
        'api_error',
      );
    } finally {
      root.clearTimeout(timer);
    }
  }

  /**
   * @param {Response} response
   * @returns {Promise<TokenResult>}
   */
  async function readAnswer(response) {
    /** @type {any} */
    const body = await response.json().catch(() => null);
    if (response.ok && body && typeof body.id === 'string') {
      return { token: body.id, card: body.card, expires_at: body.expires_at };
    }
    const told = body?.error ?? {};
    throw makeError(
      told.message || 'The card could not be processed. Try again.',
      told.code || 'internal_error',
      told.type || 'api_error',
      told.param,
      told.request_id || response.headers.get('x-request-id') || undefined,
    );
  }

  /**
   * Makes a client; `new` may be written or left out.
   * @param {string} publishableKey `pk_test_…` or `pk_live_…`.
   * @param {{ apiBase?: string }} [options]
   * @throws {ZafapayError} at once, when the key is not a publishable one.
   */
  function Zafapay(publishableKey, options) {
    checkKey(publishableKey);
    const apiBase = findApiBase(options);
    return Object.freeze({
      /**
       * Checks the card, and turns it into a token.
       * @param {CardInput} card
       * @returns {Promise<TokenResult>} rejects with a `ZafapayError`.
       */
      async createToken(card) {
        return readAnswer(await postToken(apiBase, publishableKey, readCard(card, new Date())));
      },
    });
  }

  root.Zafapay = Zafapay;
})(/** @type {any} */ (globalThis));
