/** Samples as the sandbox gives them; a test holds each against its schema, and sends the requests. */

const created = {
  id: 'req_9vYb3KqLx0TnWf6Ra1ZcHd',
  transaction_id: 'tx_9vYb3KqLx0TnWf6Ra1ZcHd',
  status: 'completed',
  amount: 10,
  currency: 'usd',
  external_id: 'order_12345',
  metadata: {},
  flow_id: 'flow_default',
  payment_type: 'token',
  created_at: '2026-05-01T09:00:04.000Z',
};

export const createToken = {
  summary: 'A card of the sandbox that pays',
  value: {
    card: {
      number: '4242424242424242',
      exp_month: 12,
      exp_year: 2030,
      cvc: '123',
      cardholder_name: 'Ada Example',
    },
  },
};

export const token = {
  id: 'tok_4hTz0aWq91LmXc7Rb2KdNe',
  card: { bin: '424242', last4: '4242', brand: 'visa', exp_month: 12, exp_year: 2030 },
  connector_id: 'conn_sandbox',
  created_at: '2026-05-01T09:00:00.000Z',
  expires_at: '2026-05-01T09:30:00.000Z',
};

export const createPayment = {
  token: {
    summary: 'Server to server, with a token',
    value: {
      amount: 10.0,
      currency: 'usd',
      token: 'tok_4hTz0aWq91LmXc7Rb2KdNe',
      return_url: 'https://shop.example/return',
      external_id: 'order_12345',
    },
  },
  hosted: {
    summary: 'Hosted checkout',
    value: { amount: 17.62, currency: 'usd', external_id: 'order_12346' },
  },
  saveCard: {
    summary: 'With a token, saving the card',
    value: {
      amount: 10.0,
      currency: 'usd',
      token: 'tok_4hTz0aWq91LmXc7Rb2KdNe',
      customer_id: 'cust_abc123',
      save_card: true,
    },
  },
  recurring: {
    summary: 'A saved card, without the customer',
    value: {
      amount: 10.0,
      currency: 'usd',
      customer_id: 'cust_abc123',
      payment_method_id: 'pmi_7Wc2mQhXz5NbRk0TyLe3Va',
    },
  },
};

export const createdPayments = {
  completed: { summary: 'Paid', value: created },
  hosted: {
    summary: 'Hosted checkout: send the customer to payment_url',
    value: {
      ...created,
      status: 'pending',
      amount: 17.62,
      external_id: 'order_12346',
      payment_type: 'single',
      payment_url:
        'http://127.0.0.1:8000/checkout/req_9vYb3KqLx0TnWf6Ra1ZcHd?token=tdr5s8.demo.Zt0P6fUoRzN3mYwq',
    },
  },
};

export const requiresAction = {
  threeDSecure: {
    summary: 'Send the customer to redirect_url',
    value: {
      ...created,
      status: 'requires_action',
      redirect_url: 'http://127.0.0.1:8000/3ds/tx_9vYb3KqLx0TnWf6Ra1ZcHd?token=f1c2a9b07d3e4586',
    },
  },
};

export const failedPayment = {
  declined: {
    summary: 'The bank declined: the payment and the error in one body',
    value: {
      ...created,
      status: 'failed',
      error_code: 'insufficient_funds',
      error: {
        type: 'payment_error',
        code: 'payment_failed',
        message: 'The card has insufficient funds.',
        request_id: 'req_8aa0Vd5Xk2RmNq7Ty1LbHe',
      },
    },
  },
  refused: {
    summary: 'Refused before anything was made',
    value: {
      error: {
        type: 'invalid_request_error',
        code: 'validation_error',
        message: 'currency is required.',
        request_id: 'req_8aa0Vd5Xk2RmNq7Ty1LbHe',
        param: 'currency',
        details: [{ param: 'currency', message: 'is required' }],
      },
    },
  },
};

export const payment = {
  id: 'tx_9vYb3KqLx0TnWf6Ra1ZcHd',
  request_id: 'req_9vYb3KqLx0TnWf6Ra1ZcHd',
  status: 'partially_refunded',
  amount: '40.00',
  currency: 'usd',
  capture_method: 'automatic',
  external_id: 'order_777',
  payment_method: 'card',
  amount_refunded: '12.50',
  original_amount: null,
  original_currency: null,
  applied_rate: null,
  card_brand: 'visa',
  card_last4: '4242',
  cardholder_name: 'Ada Example',
  card_exp_month: 12,
  card_exp_year: 2030,
  card_country: 'US',
  card_funding: 'credit',
  payment_method_id: null,
  is_recurring: false,
  customer_id: null,
  email: null,
  tel: null,
  product_name: null,
  error_code: null,
  refunds: [
    {
      id: 'orf_1XbQm8Zr5TkLwPc3Nd7YhA',
      amount: '12.50',
      status: 'succeeded',
      reason: 'Damaged item',
      created_at: '2026-05-02T08:00:00.000Z',
    },
  ],
  metadata: { cart: 'c-9' },
  created_at: '2026-05-01T09:00:00.000Z',
  updated_at: '2026-05-02T08:00:00.000Z',
};

export const refund = {
  id: 'orf_1XbQm8Zr5TkLwPc3Nd7YhA',
  transaction_id: 'tx_9vYb3KqLx0TnWf6Ra1ZcHd',
  amount: '5.50',
  status: 'succeeded',
  psp_refund_id: 're_6b0f1c9a7d3e4f5a8b2c1d0e',
  refund_fee: '0.00',
};

export const paymentMethods = {
  customer_id: 'cust_abc123',
  payment_methods: [
    {
      id: 'pmi_7Wc2mQhXz5NbRk0TyLe3Va',
      type: 'card',
      connector_id: 'conn_sandbox',
      card: { brand: 'visa', last4: '4242', exp_month: 12, exp_year: 2030 },
      is_default: true,
      status: 'active',
      blocked_reason: null,
      created_at: '2026-05-01T09:00:00.000Z',
    },
  ],
};

const facts = {
  transaction_id: 'tx_9vYb3KqLx0TnWf6Ra1ZcHd',
  merchant_id: 'mer_demo',
  merchant_name: 'Demo Shop',
  status: 'succeeded',
  amount: '10.00',
  currency: 'usd',
  external_id: 'order_12345',
  payment_method: 'card',
  is_recurring: false,
  card_brand: 'visa',
  card_last4: '4242',
  card_country: 'US',
  card_funding: 'credit',
  cardholder_name: 'Ada Example',
  card_exp_month: 12,
  card_exp_year: 2030,
  metadata: {},
  created_at: '2026-05-01T09:00:00.000Z',
};

export const event = {
  id: 'evt_3LmZx9QwRt6YbNc1KdVe5P',
  type: 'payment.succeeded',
  sequence: 1,
  transaction_id: 'tx_9vYb3KqLx0TnWf6Ra1ZcHd',
  order_id: null,
  created_at: '2026-05-01T09:00:05.000Z',
  data: facts,
};

export const delivery = {
  id: 'dlv_6TyRk2WmXc8ZqNb4LpVe0H',
  endpoint_id: 'whe_5PnYk1TzQx7RmWc9LbVd3E',
  status: 'delivered',
  attempts: 1,
  next_attempt_at: null,
  response_status: 204,
  error: null,
};

export const endpoint = {
  id: 'whe_5PnYk1TzQx7RmWc9LbVd3E',
  url: 'http://127.0.0.1:3000/webhooks',
  format: 'zafapay',
  events: null,
  status: 'enabled',
  created_at: '2026-05-01T09:00:00.000Z',
  updated_at: '2026-05-01T09:00:00.000Z',
};

export const endpointWithSecret = {
  ...endpoint,
  secret: 'whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=',
};

/** The body of a webhook for one of the events. */
export function webhook(name: string, more: object = {}) {
  const status = name.replace('payment.', '');
  return { event: name, ...facts, status, ...more, timestamp: '2026-05-01T09:00:05.000Z' };
}

export const standardWebhook = {
  type: 'payment.captured',
  timestamp: '2026-05-01T09:00:05.000Z',
  data: {
    transaction_id: 'tx_9vYb3KqLx0TnWf6Ra1ZcHd',
    order_id: null,
    sequence: 1,
    status: 'captured',
    amount: '10.00',
    currency: 'USD',
    amount_captured: '10.00',
    amount_refunded: '0.00',
    capture_method: 'automatic',
    merchant_reference: 'order_12345',
    customer_id: null,
    payment_method_id: null,
    initiator: 'cardholder',
    card: { brand: 'visa', last4: '4242', exp_month: 12, exp_year: 2030, country: 'US', funding: 'credit' },
    failure: null,
    void_cause: null,
    refund: null,
    metadata: {},
    created_at: '2026-05-01T09:00:00.000Z',
  },
};
