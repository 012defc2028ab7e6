-- The schema that all migrations together make. Written by "npm run schema"; a test compares it with the migrations.
-- It is for reading and reviewing: databases are made by the migrations.

-- Schemas

create schema sandbox_bank;
create schema vault;

-- Tables

create table public.alerts (
  id bigint not null generated always as identity,
  kind text not null,
  merchant_id text,
  payment_id text,
  attempt_id text,
  message text not null,
  created_at timestamp with time zone not null,
  closed_at timestamp with time zone,
  difference_id bigint,
  constraint alerts_pkey PRIMARY KEY (id),
  constraint alerts_difference_id_fkey FOREIGN KEY (difference_id) REFERENCES public.reconciliation_differences(id)
);

create table public.attempts (
  id text collate "C" not null,
  payment_id text not null,
  merchant_id text not null,
  refund_id text,
  kind text not null,
  state text not null,
  amount bigint not null,
  acquirer text not null,
  acquirer_reference text,
  authorization_code text,
  network_transaction_id text,
  decline_reason text,
  unknown_cause text,
  inquiries integer not null default 0,
  next_inquiry_at timestamp with time zone,
  created_at timestamp with time zone not null,
  finished_at timestamp with time zone,
  original_attempt_id text,
  only_acquirer_reference text,
  sent_at timestamp with time zone,
  constraint attempts_pkey PRIMARY KEY (id),
  constraint attempts_amount_check CHECK ((amount > 0)),
  constraint attempts_check CHECK (((kind = 'refund'::text) = (refund_id IS NOT NULL))),
  constraint attempts_check1 CHECK (((state = 'declined'::text) = (decline_reason IS NOT NULL))),
  constraint attempts_check2 CHECK (((state = ANY (ARRAY['approved'::text, 'declined'::text, 'reversed'::text])) = (finished_at IS NOT NULL))),
  constraint attempts_id_check CHECK ((id ~~ 'att\_%'::text)),
  constraint attempts_kind_check CHECK ((kind = ANY (ARRAY['authorization'::text, 'purchase'::text, 'capture'::text, 'void'::text, 'reversal'::text, 'refund'::text]))),
  constraint attempts_only_reversal CHECK (((only_acquirer_reference IS NULL) OR (kind = 'reversal'::text))),
  constraint attempts_original CHECK (((kind = 'reversal'::text) = (original_attempt_id IS NOT NULL))),
  constraint attempts_state_check CHECK ((state = ANY (ARRAY['queued'::text, 'sending'::text, 'unknown'::text, 'reversing'::text, 'approved'::text, 'declined'::text, 'reversed'::text]))),
  constraint attempts_payment_id_fkey FOREIGN KEY (payment_id) REFERENCES public.payments(id),
  constraint attempts_refund_id_fkey FOREIGN KEY (refund_id) REFERENCES public.refunds(id)
);

create table public.audit_log (
  sequence bigint not null,
  at timestamp with time zone not null,
  actor text not null,
  act text not null,
  object text not null,
  result text not null,
  origin text not null,
  details text not null,
  previous_hash bytea not null,
  hash bytea not null,
  constraint audit_log_pkey PRIMARY KEY (sequence),
  constraint audit_log_act_check CHECK ((act ~ '^[a-z_]+\.[a-z_]+$'::text)),
  constraint audit_log_actor_check CHECK (((length(actor) >= 1) AND (length(actor) <= 255))),
  constraint audit_log_details_check CHECK (((details)::json IS NOT NULL)),
  constraint audit_log_hash_check CHECK ((octet_length(hash) = 32)),
  constraint audit_log_object_check CHECK (((length(object) >= 1) AND (length(object) <= 255))),
  constraint audit_log_origin_check CHECK (((length(origin) >= 1) AND (length(origin) <= 255))),
  constraint audit_log_previous_hash_check CHECK ((octet_length(previous_hash) = 32)),
  constraint audit_log_result_check CHECK ((result = ANY (ARRAY['done'::text, 'refused'::text, 'failed'::text]))),
  constraint audit_log_sequence_check CHECK ((sequence > 0))
);

create table public.authentications (
  id text not null,
  payment_id text not null,
  merchant_id text not null,
  state text not null,
  server_transaction_id uuid not null,
  acs_transaction_id text,
  ds_transaction_id text,
  acs_url text,
  creq text,
  browser_token_hash bytea not null,
  results_token_hash bytea not null,
  version text,
  trans_status text,
  trans_status_reason text,
  challenge_cancel text,
  eci text,
  authentication_value text,
  created_at timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  finished_at timestamp with time zone,
  constraint authentications_pkey PRIMARY KEY (id),
  constraint authentications_browser_token_hash_key UNIQUE (browser_token_hash),
  constraint authentications_results_token_hash_key UNIQUE (results_token_hash),
  constraint authentications_server_transaction_id_key UNIQUE (server_transaction_id),
  constraint authentications_id_check CHECK ((id ~~ '3ds\_%'::text)),
  constraint authentications_state_check CHECK ((state = ANY (ARRAY['requested'::text, 'challenge'::text, 'authenticated'::text, 'refused'::text, 'spent'::text]))),
  constraint authentications_trans_status_check CHECK ((trans_status = ANY (ARRAY['Y'::text, 'A'::text, 'N'::text, 'U'::text, 'R'::text, 'I'::text]))),
  constraint authentications_payment_id_fkey FOREIGN KEY (payment_id) REFERENCES public.payments(id)
);

create table public.bins (
  prefix text collate "C" not null,
  brand text,
  country text,
  funding text,
  bank text,
  constraint bins_pkey PRIMARY KEY (prefix),
  constraint bins_bank_check CHECK (((length(bank) >= 1) AND (length(bank) <= 200))),
  constraint bins_country_check CHECK ((country ~ '^[A-Z]{2}$'::text)),
  constraint bins_funding_check CHECK ((funding = ANY (ARRAY['credit'::text, 'debit'::text, 'prepaid'::text]))),
  constraint bins_prefix_check CHECK ((prefix ~ '^[0-9]{2,11}$'::text))
);

create unlogged table public.card_limits (
  scope text not null,
  subject bytea not null,
  measure text not null,
  limited_until timestamp with time zone not null,
  constraint card_limits_pkey PRIMARY KEY (scope, subject),
  constraint card_limits_measure_check CHECK ((measure = ANY (ARRAY['refuse'::text, 'authenticate'::text]))),
  constraint card_limits_subject_check CHECK ((octet_length(subject) = 16))
);

create unlogged table public.card_pace (
  scope text not null,
  subject bytea not null,
  minute timestamp with time zone not null,
  taken integer not null,
  constraint card_pace_pkey PRIMARY KEY (scope, subject, minute),
  constraint card_pace_scope_check CHECK ((scope = ANY (ARRAY['address'::text, 'merchant'::text, 'payments'::text]))),
  constraint card_pace_subject_check CHECK ((octet_length(subject) = 16)),
  constraint card_pace_taken_check CHECK ((taken > 0))
);

create table public.card_tokens (
  id text not null,
  merchant_id text not null,
  card_id text not null,
  created_at timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  used_by text,
  client_ip text,
  client_device text,
  constraint card_tokens_pkey PRIMARY KEY (id),
  constraint card_tokens_id_check CHECK ((id ~~ 'tok\_%'::text)),
  constraint card_tokens_card_id_fkey FOREIGN KEY (card_id) REFERENCES public.cards(id)
);

create table public.cards (
  id text not null,
  merchant_id text not null,
  brand text not null,
  bin text not null,
  last4 text not null,
  pan_length smallint not null,
  expiry_month smallint not null,
  expiry_year smallint not null,
  cardholder_name text,
  country text,
  funding text,
  fingerprint bytea not null,
  fingerprint_version integer not null,
  created_at timestamp with time zone not null,
  constraint cards_pkey PRIMARY KEY (id),
  constraint cards_bin_check CHECK ((bin ~ '^[0-9]{6}$'::text)),
  constraint cards_expiry_month_check CHECK (((expiry_month >= 1) AND (expiry_month <= 12))),
  constraint cards_expiry_year_check CHECK (((expiry_year >= 1000) AND (expiry_year <= 9999))),
  constraint cards_funding_check CHECK ((funding = ANY (ARRAY['credit'::text, 'debit'::text, 'prepaid'::text]))),
  constraint cards_id_check CHECK ((id ~~ 'card\_%'::text)),
  constraint cards_last4_check CHECK ((last4 ~ '^[0-9]{4}$'::text)),
  constraint cards_pan_length_check CHECK (((pan_length >= 12) AND (pan_length <= 19)))
);

create table public.credentials (
  id text not null,
  merchant_id text not null,
  kind text not null,
  role text not null default 'full'::text,
  client_id text,
  hash bytea not null,
  hint text not null,
  created_at timestamp with time zone not null default now(),
  expires_at timestamp with time zone,
  revoked_at timestamp with time zone,
  slot smallint not null default 1,
  constraint credentials_pkey PRIMARY KEY (id),
  constraint credentials_check CHECK (((kind = 'client'::text) = (client_id IS NOT NULL))),
  constraint credentials_hash_check CHECK ((length(hash) = 32)),
  constraint credentials_id_check CHECK ((id ~~ 'cred\_%'::text)),
  constraint credentials_kind_check CHECK ((kind = ANY (ARRAY['publishable'::text, 'secret'::text, 'client'::text]))),
  constraint credentials_role_check CHECK ((role = ANY (ARRAY['full'::text, 'read_only'::text, 'payments_only'::text]))),
  constraint credentials_slot_check CHECK ((slot = ANY (ARRAY[1, 2]))),
  constraint credentials_merchant_id_fkey FOREIGN KEY (merchant_id) REFERENCES public.merchants(id)
);

create table public.cursors (
  name text not null,
  "position" text not null,
  updated_at timestamp with time zone not null,
  constraint cursors_pkey PRIMARY KEY (name)
);

create table public.disputes (
  acquirer text not null,
  acquirer_dispute_id text not null,
  reference text not null,
  merchant_id text,
  payment_id text,
  amount bigint not null,
  currency text not null,
  reason_code text,
  raised_at timestamp with time zone not null,
  received_at timestamp with time zone not null,
  event_id text,
  constraint disputes_pkey PRIMARY KEY (acquirer, acquirer_dispute_id),
  constraint disputes_amount_check CHECK ((amount > 0)),
  constraint disputes_check CHECK (((merchant_id IS NULL) = (payment_id IS NULL))),
  constraint disputes_check1 CHECK (((event_id IS NULL) OR (payment_id IS NOT NULL))),
  constraint disputes_currency_check CHECK ((currency ~ '^[A-Z]{3}$'::text)),
  constraint disputes_event_id_fkey FOREIGN KEY (event_id) REFERENCES public.events(id),
  constraint disputes_payment_id_fkey FOREIGN KEY (payment_id) REFERENCES public.payments(id)
);

create table public.events (
  id text not null,
  uuid uuid not null,
  merchant_id text not null,
  payment_id text not null,
  sequence integer not null,
  type text not null,
  refund_id text,
  snapshot jsonb not null,
  created_at timestamp with time zone not null,
  constraint events_pkey PRIMARY KEY (id),
  constraint events_payment_id_sequence_key UNIQUE (payment_id, sequence),
  constraint events_id_check CHECK ((id ~~ 'evt\_%'::text)),
  constraint events_sequence_check CHECK ((sequence > 0)),
  constraint events_payment_id_fkey FOREIGN KEY (payment_id) REFERENCES public.payments(id),
  constraint events_refund_id_fkey FOREIGN KEY (refund_id) REFERENCES public.refunds(id)
);

create unlogged table public.failed_cards (
  scope text not null,
  subject bytea not null,
  card bytea not null,
  failed_at timestamp with time zone not null,
  constraint failed_cards_pkey PRIMARY KEY (scope, subject, card),
  constraint failed_cards_card_check CHECK ((octet_length(card) = 16)),
  constraint failed_cards_subject_check CHECK ((octet_length(subject) = 16))
);

create table public.flows (
  merchant_id text not null,
  id text not null,
  active boolean not null default true,
  capture_method text not null default 'automatic'::text,
  currencies text[] not null,
  minimum_amounts jsonb not null default '{}'::jsonb,
  maximum_amounts jsonb not null default '{}'::jsonb,
  success_redirect_url text,
  failure_redirect_url text,
  retry_after_decline boolean not null default false,
  monthly_card_limits jsonb not null default '{}'::jsonb,
  monthly_email_limits jsonb not null default '{}'::jsonb,
  refund_fees jsonb not null default '{}'::jsonb,
  constraint flows_pkey PRIMARY KEY (merchant_id, id),
  constraint flows_capture_method_check CHECK ((capture_method = ANY (ARRAY['automatic'::text, 'manual'::text]))),
  constraint flows_id_check CHECK ((id ~~ 'flow\_%'::text)),
  constraint flows_merchant_id_fkey FOREIGN KEY (merchant_id) REFERENCES public.merchants(id)
);

create table public.idempotency_keys (
  merchant_id text not null,
  key_hash bytea not null,
  request_hash bytea not null,
  payment_id text,
  refund_id text,
  answer_status integer,
  answer_body text,
  created_at timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  constraint idempotency_keys_pkey PRIMARY KEY (merchant_id, key_hash),
  constraint idempotency_keys_check CHECK (((answer_status IS NULL) = (answer_body IS NULL)))
);

create table public.installation (
  singleton boolean not null default true,
  mode text not null,
  clock_offset_ms bigint not null default 0,
  created_at timestamp with time zone not null default now(),
  constraint installation_pkey PRIMARY KEY (singleton),
  constraint installation_clock_offset_ms_check CHECK ((clock_offset_ms >= 0)),
  constraint installation_mode_check CHECK ((mode = ANY (ARRAY['sandbox'::text, 'live'::text]))),
  constraint installation_singleton_check CHECK (singleton)
);

create table public.installation_secrets (
  purpose text not null,
  sealed bytea not null,
  created_at timestamp with time zone not null default now(),
  constraint installation_secrets_pkey PRIMARY KEY (purpose)
);

create table public.merchant_secrets (
  merchant_id text not null,
  purpose text not null,
  sealed bytea not null,
  created_at timestamp with time zone not null default now(),
  constraint merchant_secrets_pkey PRIMARY KEY (merchant_id, purpose),
  constraint merchant_secrets_merchant_id_fkey FOREIGN KEY (merchant_id) REFERENCES public.merchants(id)
);

create table public.merchants (
  id text not null,
  number text not null,
  parent_id text,
  name text not null,
  status text not null default 'active'::text,
  return_origins text[] not null default '{}'::text[],
  default_return_url text,
  dialect_settings jsonb not null default '{}'::jsonb,
  created_at timestamp with time zone not null default now(),
  constraint merchants_pkey PRIMARY KEY (id),
  constraint merchants_number_key UNIQUE (number),
  constraint merchants_id_check CHECK ((id ~~ 'mer\_%'::text)),
  constraint merchants_name_check CHECK (((length(name) >= 1) AND (length(name) <= 255))),
  constraint merchants_number_check CHECK ((number ~ '^[0-9]{10}$'::text)),
  constraint merchants_status_check CHECK ((status = ANY (ARRAY['active'::text, 'inactive'::text]))),
  constraint merchants_parent_id_fkey FOREIGN KEY (parent_id) REFERENCES public.merchants(id)
);

create table public.order_amendments (
  payment_id text not null,
  merchant_id text not null,
  amendment jsonb not null,
  updated_at timestamp with time zone not null,
  constraint order_amendments_pkey PRIMARY KEY (payment_id),
  constraint order_amendments_amendment_check CHECK ((jsonb_typeof(amendment) = 'object'::text)),
  constraint order_amendments_payment_id_fkey FOREIGN KEY (payment_id) REFERENCES public.payments(id)
);

create table public.order_documents (
  id text not null,
  payment_id text not null,
  merchant_id text not null,
  kind text not null,
  identifier text not null,
  media_type text not null,
  content bytea not null,
  created_at timestamp with time zone not null,
  constraint order_documents_pkey PRIMARY KEY (id),
  constraint order_documents_content_check CHECK (((octet_length(content) >= 1) AND (octet_length(content) <= 2097152))),
  constraint order_documents_id_check CHECK ((id ~ '^[0-9a-f]{32}$'::text)),
  constraint order_documents_identifier_check CHECK (((length(identifier) >= 1) AND (length(identifier) <= 255))),
  constraint order_documents_kind_check CHECK ((kind = ANY (ARRAY['invoice'::text, 'awb'::text]))),
  constraint order_documents_media_type_check CHECK ((media_type = ANY (ARRAY['application/pdf'::text, 'image/jpeg'::text]))),
  constraint order_documents_payment_id_fkey FOREIGN KEY (payment_id) REFERENCES public.payments(id)
);

create table public.payment_methods (
  id text not null,
  merchant_id text not null,
  customer_reference text not null,
  hex_token text not null,
  status text not null,
  blocked_reason text,
  is_default boolean not null,
  nickname text,
  declared_funding text,
  card_id text not null,
  fingerprint bytea not null,
  network_transaction_id text,
  created_at timestamp with time zone not null,
  updated_at timestamp with time zone not null,
  constraint payment_methods_pkey PRIMARY KEY (id),
  constraint payment_methods_hex_token_key UNIQUE (hex_token),
  constraint payment_methods_customer_reference_check CHECK (((length(customer_reference) >= 1) AND (length(customer_reference) <= 255))),
  constraint payment_methods_declared_funding_check CHECK ((declared_funding = ANY (ARRAY['credit'::text, 'debit'::text]))),
  constraint payment_methods_hex_token_check CHECK ((hex_token ~ '^[0-9a-f]{22}$'::text)),
  constraint payment_methods_id_check CHECK ((id ~~ 'pmi\_%'::text)),
  constraint payment_methods_status_check CHECK ((status = ANY (ARRAY['active'::text, 'blocked'::text, 'detached'::text]))),
  constraint payment_methods_card_id_fkey FOREIGN KEY (card_id) REFERENCES public.cards(id),
  constraint payment_methods_merchant_id_fkey FOREIGN KEY (merchant_id) REFERENCES public.merchants(id)
);

create table public.payments (
  id text not null,
  merchant_id text not null,
  version integer not null,
  event_count integer not null default 0,
  dialect text not null,
  order_number text,
  order_payment_number text,
  state text not null,
  amount bigint not null,
  currency text not null,
  captured bigint not null default 0,
  refunded bigint not null default 0,
  refunding bigint not null default 0,
  capture_method text not null,
  flow_id text not null,
  source text not null,
  initiator text not null,
  card_id text,
  payment_method_id text,
  customer_reference text,
  save_card boolean not null default false,
  merchant_reference text,
  return_url text,
  metadata jsonb not null default '{}'::jsonb,
  email text,
  phone text,
  product_name text,
  details jsonb not null default '{}'::jsonb,
  failure_reason text,
  void_cause text,
  authentication_id text,
  authorization_attempt_id text,
  acquirer text,
  acquirer_reference text,
  authorization_code text,
  network_transaction_id text,
  expires_at timestamp with time zone,
  capture_before timestamp with time zone,
  captured_at timestamp with time zone,
  created_at timestamp with time zone not null,
  updated_at timestamp with time zone not null,
  hosted_until timestamp with time zone,
  cards_tried smallint not null default 0,
  constraint payments_pkey PRIMARY KEY (id),
  constraint payments_amount_check CHECK ((amount > 0)),
  constraint payments_awaiting_card_check CHECK (((state <> 'awaiting_card'::text) OR (cards_tried < 5))),
  constraint payments_capture_method_check CHECK ((capture_method = ANY (ARRAY['automatic'::text, 'manual'::text]))),
  constraint payments_cards_tried_check CHECK (((cards_tried >= 0) AND (cards_tried <= 5))),
  constraint payments_check CHECK (((captured >= 0) AND (captured <= amount))),
  constraint payments_check1 CHECK (((refunded + refunding) <= captured)),
  constraint payments_check2 CHECK (((state = 'captured'::text) = (captured_at IS NOT NULL))),
  constraint payments_check3 CHECK (((state = 'captured'::text) = (captured > 0))),
  constraint payments_check4 CHECK (((state = 'failed'::text) = (failure_reason IS NOT NULL))),
  constraint payments_check5 CHECK (((state = 'voided'::text) = (void_cause IS NOT NULL))),
  constraint payments_check6 CHECK (((state <> 'authorized'::text) OR ((capture_before IS NOT NULL) AND (acquirer_reference IS NOT NULL)))),
  constraint payments_check7 CHECK (((state <> 'captured'::text) OR (acquirer_reference IS NOT NULL))),
  constraint payments_check8 CHECK (((state <> ALL (ARRAY['awaiting_card'::text, 'authenticating'::text])) OR (expires_at IS NOT NULL))),
  constraint payments_currency_check CHECK ((currency ~ '^[A-Z]{3}$'::text)),
  constraint payments_event_count_check CHECK ((event_count >= 0)),
  constraint payments_hosted_check CHECK (((source = 'hosted'::text) OR ((hosted_until IS NULL) AND (cards_tried = 0)))),
  constraint payments_id_check CHECK ((id ~~ 'tx\_%'::text)),
  constraint payments_initiator_check CHECK ((initiator = ANY (ARRAY['cardholder'::text, 'merchant'::text]))),
  constraint payments_refunded_check CHECK ((refunded >= 0)),
  constraint payments_refunding_check CHECK ((refunding >= 0)),
  constraint payments_source_check CHECK ((source = ANY (ARRAY['hosted'::text, 'token'::text, 'direct'::text, 'saved'::text]))),
  constraint payments_state_check CHECK ((state = ANY (ARRAY['awaiting_card'::text, 'authenticating'::text, 'authorizing'::text, 'authorized'::text, 'captured'::text, 'failed'::text, 'voided'::text]))),
  constraint payments_version_check CHECK ((version > 0)),
  constraint payments_void_cause_check CHECK ((void_cause = ANY (ARRAY['merchant'::text, 'customer'::text, 'expired'::text]))),
  constraint payments_card_id_fkey FOREIGN KEY (card_id) REFERENCES public.cards(id)
);

create table public.reconciliation_differences (
  id bigint not null generated always as identity,
  run_id bigint not null,
  acquirer text not null,
  reference text collate "C" not null,
  acquirer_reference text not null default ''::text,
  cause text not null,
  merchant_id text,
  payment_id text,
  attempt_id text,
  ours jsonb,
  theirs jsonb,
  owner text not null,
  status text not null,
  resolution text,
  found_at timestamp with time zone not null,
  seen_at timestamp with time zone not null,
  closed_at timestamp with time zone,
  constraint reconciliation_differences_pkey PRIMARY KEY (id),
  constraint reconciliation_differences_cause_check CHECK ((cause = ANY (ARRAY['at_bank_only'::text, 'ours_only'::text, 'amount_differs'::text, 'currency_differs'::text, 'state_differs'::text, 'captured_differs'::text, 'refunded_differs'::text, 'two_authorizations_for_one_attempt'::text, 'live_at_bank_but_failed_here'::text, 'outcome_unknown'::text]))),
  constraint reconciliation_differences_check CHECK (((status = 'closed'::text) = (closed_at IS NOT NULL))),
  constraint reconciliation_differences_check1 CHECK (((status = 'closed'::text) = (resolution IS NOT NULL))),
  constraint reconciliation_differences_owner_check CHECK (((length(owner) >= 1) AND (length(owner) <= 100))),
  constraint reconciliation_differences_status_check CHECK ((status = ANY (ARRAY['open'::text, 'mending'::text, 'closed'::text]))),
  constraint reconciliation_differences_run_id_fkey FOREIGN KEY (run_id) REFERENCES public.reconciliation_runs(id)
);

create table public.reconciliation_runs (
  id bigint not null generated always as identity,
  acquirer text not null,
  purpose text not null,
  window_from timestamp with time zone not null,
  window_to timestamp with time zone not null,
  state text not null,
  compared_until timestamp with time zone not null,
  compared_to text collate "C",
  compared_count bigint not null default 0,
  in_flight_count bigint not null default 0,
  in_flight_since timestamp with time zone,
  started_at timestamp with time zone not null,
  finished_at timestamp with time zone,
  held_until timestamp with time zone not null,
  constraint reconciliation_runs_pkey PRIMARY KEY (id),
  constraint reconciliation_runs_check CHECK ((window_from < window_to)),
  constraint reconciliation_runs_check1 CHECK (((state = 'done'::text) = (finished_at IS NOT NULL))),
  constraint reconciliation_runs_purpose_check CHECK ((purpose = ANY (ARRAY['daily'::text, 'recent'::text, 'command'::text]))),
  constraint reconciliation_runs_state_check CHECK ((state = ANY (ARRAY['running'::text, 'done'::text])))
);

create table public.refunds (
  id text not null,
  number text,
  payment_id text not null,
  merchant_id text not null,
  amount bigint not null,
  fee bigint not null default 0,
  state text not null,
  reason text,
  merchant_reference text,
  message text,
  acquirer_reference text,
  created_at timestamp with time zone not null,
  updated_at timestamp with time zone not null,
  refunded_at timestamp with time zone,
  constraint refunds_pkey PRIMARY KEY (id),
  constraint refunds_number_key UNIQUE (number),
  constraint refunds_amount_check CHECK ((amount > 0)),
  constraint refunds_check CHECK (((state = 'refunded'::text) <= (refunded_at IS NOT NULL))),
  constraint refunds_fee_check CHECK ((fee >= 0)),
  constraint refunds_id_check CHECK ((id ~~ 'orf\_%'::text)),
  constraint refunds_state_check CHECK ((state = ANY (ARRAY['initiated'::text, 'processing'::text, 'refunded'::text, 'failed'::text, 'reversed'::text, 'on_hold'::text, 'rejected_by_bank'::text]))),
  constraint refunds_payment_id_fkey FOREIGN KEY (payment_id) REFERENCES public.payments(id)
);

create table public.risk_counters (
  merchant_id text not null,
  dimension text not null,
  value_hash bytea not null,
  span interval not null,
  begun_at timestamp with time zone not null,
  attempts integer not null,
  attempts_before integer not null,
  expires_at timestamp with time zone not null,
  constraint risk_counters_pkey PRIMARY KEY (merchant_id, dimension, value_hash, span),
  constraint risk_counters_attempts_before_check CHECK ((attempts_before >= 0)),
  constraint risk_counters_attempts_check CHECK ((attempts > 0)),
  constraint risk_counters_dimension_check CHECK ((dimension = ANY (ARRAY['fingerprint'::text, 'ip'::text, 'email'::text, 'bin'::text, 'device'::text]))),
  constraint risk_counters_value_hash_check CHECK ((octet_length(value_hash) = 16))
) with (fillfactor=70);

create table public.risk_decisions (
  payment_id text not null,
  merchant_id text not null,
  stage text not null,
  action text not null,
  reason text not null,
  rule_id text,
  rule_name text,
  facts jsonb not null,
  review_state text,
  reviewed_at timestamp with time zone,
  created_at timestamp with time zone not null,
  card_tried smallint not null default 0,
  constraint risk_decisions_pkey PRIMARY KEY (payment_id, stage, card_tried),
  constraint risk_decisions_action_check CHECK ((action = ANY (ARRAY['block'::text, 'authenticate'::text, 'review'::text, 'allow'::text]))),
  constraint risk_decisions_check CHECK (((reason = 'rule'::text) = (rule_id IS NOT NULL))),
  constraint risk_decisions_check1 CHECK (((action = 'review'::text) = (review_state IS NOT NULL))),
  constraint risk_decisions_reason_check CHECK ((reason = ANY (ARRAY['rule'::text, 'no_rule'::text, 'check_failed'::text, 'declines_jumped'::text]))),
  constraint risk_decisions_review_state_check CHECK ((review_state = ANY (ARRAY['open'::text, 'approved'::text, 'refused'::text]))),
  constraint risk_decisions_stage_check CHECK ((stage = ANY (ARRAY['before_authorization'::text, 'after_authorization'::text]))),
  constraint risk_decisions_payment_id_fkey FOREIGN KEY (payment_id) REFERENCES public.payments(id)
);

create table public.risk_list_entries (
  list_id text not null,
  value text not null,
  created_at timestamp with time zone not null,
  constraint risk_list_entries_pkey PRIMARY KEY (list_id, value),
  constraint risk_list_entries_value_check CHECK (((length(value) >= 1) AND (length(value) <= 320))),
  constraint risk_list_entries_list_id_fkey FOREIGN KEY (list_id) REFERENCES public.risk_lists(id) ON DELETE CASCADE
);

create table public.risk_lists (
  id text not null,
  merchant_id text not null,
  name text not null,
  fact text not null,
  created_at timestamp with time zone not null,
  updated_at timestamp with time zone not null,
  constraint risk_lists_pkey PRIMARY KEY (id),
  constraint risk_lists_fact_check CHECK ((fact = ANY (ARRAY['fingerprint'::text, 'email'::text, 'ip'::text, 'bin'::text, 'country'::text, 'customer'::text]))),
  constraint risk_lists_id_check CHECK ((id ~~ 'list\_%'::text)),
  constraint risk_lists_name_check CHECK (((length(name) >= 1) AND (length(name) <= 255))),
  constraint risk_lists_merchant_id_fkey FOREIGN KEY (merchant_id) REFERENCES public.merchants(id)
);

create table public.risk_rules (
  id text not null,
  merchant_id text not null,
  name text not null,
  action text not null,
  status text not null,
  conditions jsonb not null,
  created_at timestamp with time zone not null,
  updated_at timestamp with time zone not null,
  constraint risk_rules_pkey PRIMARY KEY (id),
  constraint risk_rules_action_check CHECK ((action = ANY (ARRAY['block'::text, 'authenticate'::text, 'review'::text, 'allow'::text]))),
  constraint risk_rules_conditions_check CHECK ((jsonb_typeof(conditions) = 'array'::text)),
  constraint risk_rules_id_check CHECK ((id ~~ 'rule\_%'::text)),
  constraint risk_rules_name_check CHECK (((length(name) >= 1) AND (length(name) <= 255))),
  constraint risk_rules_status_check CHECK ((status = ANY (ARRAY['enabled'::text, 'disabled'::text]))),
  constraint risk_rules_merchant_id_fkey FOREIGN KEY (merchant_id) REFERENCES public.merchants(id)
);

create table public.risk_settings (
  merchant_id text not null,
  when_check_fails text not null,
  updated_at timestamp with time zone not null,
  constraint risk_settings_pkey PRIMARY KEY (merchant_id),
  constraint risk_settings_when_check_fails_check CHECK ((when_check_fails = ANY (ARRAY['block'::text, 'authenticate'::text, 'review'::text, 'allow'::text]))),
  constraint risk_settings_merchant_id_fkey FOREIGN KEY (merchant_id) REFERENCES public.merchants(id)
);

create table public.schema_migrations (
  number integer not null,
  name text not null,
  checksum text not null,
  applied_at timestamp with time zone not null default now(),
  constraint schema_migrations_pkey PRIMARY KEY (number),
  constraint schema_migrations_number_check CHECK ((number > 0))
);

create table public.webhook_deliveries (
  id text not null,
  event_id text not null,
  endpoint_id text not null,
  merchant_id text not null,
  state text not null,
  tries integer not null default 0,
  next_try_at timestamp with time zone,
  last_status integer,
  last_error text,
  created_at timestamp with time zone not null,
  finished_at timestamp with time zone,
  constraint webhook_deliveries_pkey PRIMARY KEY (id),
  constraint webhook_deliveries_event_id_endpoint_id_key UNIQUE (event_id, endpoint_id),
  constraint webhook_deliveries_check CHECK (((state = 'pending'::text) = (next_try_at IS NOT NULL))),
  constraint webhook_deliveries_state_check CHECK ((state = ANY (ARRAY['pending'::text, 'delivered'::text, 'failed'::text]))),
  constraint webhook_deliveries_event_id_fkey FOREIGN KEY (event_id) REFERENCES public.events(id)
) with (autovacuum_vacuum_scale_factor=0.02, autovacuum_vacuum_threshold=5000);

create table public.webhook_endpoints (
  id text not null,
  merchant_id text not null,
  url text not null,
  format text not null,
  filter text[],
  event_types text[] not null,
  sealed_secret bytea,
  previous_sealed_secret bytea,
  previous_secret_until timestamp with time zone,
  status text not null,
  created_at timestamp with time zone not null,
  updated_at timestamp with time zone not null,
  constraint webhook_endpoints_pkey PRIMARY KEY (id),
  constraint webhook_endpoints_id_check CHECK ((id ~~ 'whe\_%'::text)),
  constraint webhook_endpoints_status_check CHECK ((status = ANY (ARRAY['enabled'::text, 'disabled'::text, 'deleted'::text]))),
  constraint webhook_endpoints_merchant_id_fkey FOREIGN KEY (merchant_id) REFERENCES public.merchants(id)
);

create table sandbox_bank.authentications (
  acs_transaction_id uuid not null,
  server_transaction_id uuid not null,
  ds_transaction_id uuid not null,
  page_token text not null,
  card text not null,
  last4 text not null,
  brand text not null,
  merchant_name text not null,
  amount bigint not null,
  currency text not null,
  purchase_date timestamp with time zone not null,
  notification_url text not null,
  results_url text not null,
  session_data text,
  return_reference text,
  tries smallint not null default 0,
  trans_status text not null,
  trans_status_reason text,
  challenge_cancel text,
  eci text,
  authentication_value text,
  response_code text,
  expires_at timestamp with time zone not null,
  result_delivered_at timestamp with time zone,
  created_at timestamp with time zone not null,
  constraint authentications_pkey PRIMARY KEY (acs_transaction_id),
  constraint authentications_ds_transaction_id_key UNIQUE (ds_transaction_id),
  constraint authentications_page_token_key UNIQUE (page_token),
  constraint authentications_server_transaction_id_key UNIQUE (server_transaction_id),
  constraint authentications_amount_check CHECK ((amount > 0)),
  constraint authentications_last4_check CHECK ((last4 ~ '^[0-9]{4}$'::text)),
  constraint authentications_trans_status_check CHECK ((trans_status = ANY (ARRAY['C'::text, 'Y'::text, 'A'::text, 'N'::text, 'U'::text, 'R'::text]))),
  constraint authentications_tries_check CHECK (((tries >= 0) AND (tries <= 3)))
);

create table sandbox_bank.authorizations (
  number bigint not null generated always as identity,
  reference text collate "C" not null,
  copy smallint not null default 0,
  merchant_reference text not null,
  kind text not null,
  initiator text not null,
  card text not null,
  authenticated boolean not null,
  amount bigint not null,
  currency text not null,
  status text not null,
  response_code text not null,
  captured bigint not null default 0,
  refunded bigint not null default 0,
  live boolean not null generated always as ((status = ANY (ARRAY['authorized'::text, 'captured'::text]))) stored,
  reversals_refused smallint not null default 0,
  created_at timestamp with time zone not null,
  fault text,
  constraint authorizations_pkey PRIMARY KEY (number),
  constraint authorizations_reference_copy_key UNIQUE (reference, copy),
  constraint authorizations_amount_check CHECK ((amount > 0)),
  constraint authorizations_captured_check CHECK ((captured >= 0)),
  constraint authorizations_currency_check CHECK ((currency ~ '^[A-Z]{3}$'::text)),
  constraint authorizations_initiator_check CHECK ((initiator = ANY (ARRAY['cardholder'::text, 'merchant'::text]))),
  constraint authorizations_kind_check CHECK ((kind = ANY (ARRAY['authorization'::text, 'purchase'::text]))),
  constraint authorizations_refunded_check CHECK ((refunded >= 0)),
  constraint authorizations_status_check CHECK ((status = ANY (ARRAY['authorized'::text, 'captured'::text, 'voided'::text, 'reversed'::text, 'refunded'::text, 'declined'::text]))),
  constraint captured_at_most_authorized CHECK ((captured <= amount)),
  constraint captured_only_when_claimed CHECK (((captured > 0) = (status = ANY (ARRAY['captured'::text, 'refunded'::text])))),
  constraint declined_holds_nothing CHECK (((status = 'declined'::text) = (response_code <> '00'::text))),
  constraint refunded_at_most_captured CHECK ((refunded <= captured)),
  constraint refunded_in_full_is_refunded CHECK (((status = 'refunded'::text) = ((captured > 0) AND (refunded = captured))))
);

create table sandbox_bank.disputes (
  number bigint not null generated always as identity,
  authorization_number bigint not null,
  amount bigint not null,
  currency text not null,
  reason_code text not null,
  raised_at timestamp with time zone not null,
  constraint disputes_pkey PRIMARY KEY (number),
  constraint disputes_authorization_number_key UNIQUE (authorization_number),
  constraint disputes_amount_check CHECK ((amount > 0)),
  constraint disputes_authorization_number_fkey FOREIGN KEY (authorization_number) REFERENCES sandbox_bank.authorizations(number)
);

create table sandbox_bank.fault_plan (
  only_one boolean not null default true,
  seed bigint not null,
  share double precision not null,
  faults text[] not null,
  authorizations integer not null,
  drawn integer not null default 0,
  constraint fault_plan_pkey PRIMARY KEY (only_one),
  constraint fault_plan_authorizations_check CHECK ((authorizations > 0)),
  constraint fault_plan_check CHECK (((drawn >= 0) AND (drawn <= authorizations))),
  constraint fault_plan_faults_check CHECK ((cardinality(faults) > 0)),
  constraint fault_plan_only_one_check CHECK (only_one),
  constraint fault_plan_share_check CHECK (((share >= (0)::double precision) AND (share <= (1)::double precision)))
);

create table sandbox_bank.late_authorizations (
  reference text not null,
  booking jsonb not null,
  due_at timestamp with time zone not null,
  inquiries smallint not null default 0,
  constraint late_authorizations_pkey PRIMARY KEY (reference)
);

create table sandbox_bank.messages (
  reference text not null,
  kind text not null,
  authorization_number bigint not null,
  amount bigint not null,
  currency text not null,
  response_code text not null,
  reversed boolean not null default false,
  created_at timestamp with time zone not null,
  constraint messages_pkey PRIMARY KEY (reference),
  constraint messages_amount_check CHECK ((amount >= 0)),
  constraint messages_kind_check CHECK ((kind = ANY (ARRAY['capture'::text, 'void'::text, 'refund'::text]))),
  constraint messages_authorization_number_fkey FOREIGN KEY (authorization_number) REFERENCES sandbox_bank.authorizations(number)
);

create table sandbox_bank.reversals (
  original text not null,
  reference text not null,
  created_at timestamp with time zone not null,
  constraint reversals_pkey PRIMARY KEY (original)
);

create unlogged table vault.cvc_keys (
  key_day date not null,
  key_id bytea not null,
  root_version integer not null,
  wrapped bytea not null,
  created_at timestamp with time zone not null default now(),
  constraint cvc_keys_pkey PRIMARY KEY (key_day),
  constraint cvc_keys_key_id_check CHECK ((octet_length(key_id) = 8)),
  constraint cvc_keys_root_version_check CHECK ((root_version > 0))
);

create unlogged table vault.cvcs (
  card_id text not null,
  merchant_id text not null,
  sealed bytea not null,
  key_day date not null,
  expires_at timestamp with time zone not null,
  constraint cvcs_pkey PRIMARY KEY (card_id),
  constraint cvcs_sealed_check CHECK ((octet_length(sealed) = 42))
) with (autovacuum_vacuum_scale_factor=0.0, autovacuum_vacuum_threshold=1000);

create table vault.merchant_keys (
  merchant_id text not null,
  purpose text not null,
  version integer not null,
  root_version integer not null,
  wrapped bytea not null,
  created_at timestamp with time zone not null default now(),
  retired_at timestamp with time zone,
  constraint merchant_keys_pkey PRIMARY KEY (merchant_id, purpose, version),
  constraint merchant_keys_check CHECK ((retired_at >= created_at)),
  constraint merchant_keys_purpose_check CHECK ((purpose = ANY (ARRAY['sealing'::text, 'fingerprint'::text]))),
  constraint merchant_keys_root_version_check CHECK ((root_version > 0)),
  constraint merchant_keys_version_check CHECK ((version > 0))
);

create table vault.opening_positions (
  singleton boolean not null default true,
  shift bigint not null default 0,
  constraint opening_positions_pkey PRIMARY KEY (singleton),
  constraint opening_positions_shift_check CHECK ((shift >= 0)),
  constraint opening_positions_singleton_check CHECK (singleton)
);

create table vault.openings (
  reference text not null,
  "position" bigint not null default ((pg_current_xact_id())::text)::bigint,
  merchant_id text not null,
  card_id text not null,
  purpose text not null,
  announced_at timestamp with time zone not null default now(),
  constraint openings_pkey PRIMARY KEY (reference),
  constraint openings_purpose_check CHECK ((purpose = ANY (ARRAY['authorization'::text, 'authentication'::text])))
);

create table vault.pans (
  card_id text not null,
  merchant_id text not null,
  sealed bytea not null,
  key_version integer not null,
  created_at timestamp with time zone not null default now(),
  constraint pans_pkey PRIMARY KEY (card_id),
  constraint pans_key_version_check CHECK ((key_version > 0)),
  constraint pans_sealed_check CHECK ((octet_length(sealed) = 113))
);

create table vault.root_keys (
  version integer not null,
  proof bytea not null,
  created_at timestamp with time zone not null default now(),
  key_name text not null,
  key_version integer not null,
  constraint root_keys_pkey PRIMARY KEY (version),
  constraint root_keys_key_version_check CHECK ((key_version > 0)),
  constraint root_keys_version_check CHECK ((version > 0))
);

-- Indexes

CREATE UNIQUE INDEX alerts_difference ON public.alerts USING btree (difference_id) WHERE (difference_id IS NOT NULL);
CREATE UNIQUE INDEX alerts_once ON public.alerts USING btree (kind, attempt_id) WHERE (attempt_id IS NOT NULL);
CREATE INDEX alerts_open ON public.alerts USING btree (created_at) WHERE (closed_at IS NULL);
CREATE INDEX attempts_created ON public.attempts USING brin (created_at) WITH (pages_per_range='32', autosummarize='on');
CREATE UNIQUE INDEX attempts_one_open ON public.attempts USING btree (payment_id) WHERE ((state = ANY (ARRAY['queued'::text, 'sending'::text, 'unknown'::text, 'reversing'::text])) AND (kind = ANY (ARRAY['authorization'::text, 'purchase'::text, 'capture'::text, 'void'::text])));
CREATE UNIQUE INDEX attempts_one_open_refund ON public.attempts USING btree (refund_id) WHERE (state = ANY (ARRAY['queued'::text, 'sending'::text, 'unknown'::text, 'reversing'::text]));
CREATE UNIQUE INDEX attempts_one_reversal ON public.attempts USING btree (original_attempt_id, COALESCE(only_acquirer_reference, ''::text)) WHERE ((kind = 'reversal'::text) AND (state = ANY (ARRAY['queued'::text, 'sending'::text, 'unknown'::text])));
CREATE INDEX attempts_open ON public.attempts USING btree (COALESCE(next_inquiry_at, created_at)) WHERE (state = ANY (ARRAY['queued'::text, 'sending'::text, 'unknown'::text]));
CREATE INDEX attempts_payment ON public.attempts USING btree (payment_id);
CREATE INDEX audit_log_seals ON public.audit_log USING btree (sequence) WHERE (act = 'cards.opened'::text);
CREATE INDEX authentications_payment ON public.authentications USING btree (payment_id);
CREATE INDEX card_pace_expiry ON public.card_pace USING btree (minute);
CREATE INDEX card_tokens_card ON public.card_tokens USING btree (card_id);
CREATE INDEX card_tokens_expiry ON public.card_tokens USING btree (expires_at) WHERE (used_by IS NULL);
CREATE INDEX cards_fingerprint ON public.cards USING btree (merchant_id, fingerprint);
CREATE INDEX credentials_client ON public.credentials USING btree (client_id) WHERE (client_id IS NOT NULL);
CREATE UNIQUE INDEX credentials_hash ON public.credentials USING btree (hash) WHERE (kind <> 'client'::text);
CREATE UNIQUE INDEX credentials_live ON public.credentials USING btree (merchant_id, kind, role, slot) WHERE (revoked_at IS NULL);
CREATE UNIQUE INDEX credentials_live_client ON public.credentials USING btree (client_id, slot) WHERE ((client_id IS NOT NULL) AND (revoked_at IS NULL));
CREATE INDEX credentials_merchant ON public.credentials USING btree (merchant_id);
CREATE INDEX disputes_payment ON public.disputes USING btree (payment_id);
CREATE INDEX disputes_untold ON public.disputes USING btree (received_at) WHERE ((event_id IS NULL) AND (payment_id IS NOT NULL));
CREATE INDEX events_of_merchant ON public.events USING btree (merchant_id, created_at DESC, id DESC);
CREATE INDEX failed_cards_expiry ON public.failed_cards USING btree (failed_at);
CREATE INDEX idempotency_keys_expiry ON public.idempotency_keys USING btree (expires_at);
CREATE INDEX order_documents_payment ON public.order_documents USING btree (payment_id);
CREATE UNIQUE INDEX payment_methods_card ON public.payment_methods USING btree (merchant_id, customer_reference, fingerprint) WHERE (status <> 'detached'::text);
CREATE INDEX payment_methods_card_id ON public.payment_methods USING btree (card_id);
CREATE UNIQUE INDEX payment_methods_default ON public.payment_methods USING btree (merchant_id, customer_reference) WHERE is_default;
CREATE INDEX payments_card ON public.payments USING btree (card_id) WHERE (card_id IS NOT NULL);
CREATE INDEX payments_customer ON public.payments USING btree (merchant_id, customer_reference) WHERE (customer_reference IS NOT NULL);
CREATE INDEX payments_email ON public.payments USING btree (merchant_id, lower(email), created_at) WHERE (email IS NOT NULL);
CREATE INDEX payments_expiring ON public.payments USING btree (expires_at) WHERE (state = ANY (ARRAY['awaiting_card'::text, 'authenticating'::text]));
CREATE INDEX payments_lapsing ON public.payments USING btree (capture_before) WHERE (state = 'authorized'::text);
CREATE INDEX payments_merchant_reference ON public.payments USING btree (merchant_id, merchant_reference) WHERE (merchant_reference IS NOT NULL);
CREATE INDEX payments_of_merchant ON public.payments USING btree (merchant_id, created_at DESC, id DESC);
CREATE INDEX payments_of_state ON public.payments USING btree (merchant_id, state, created_at DESC, id DESC) WHERE (state = ANY (ARRAY['awaiting_card'::text, 'authenticating'::text, 'authorizing'::text, 'authorized'::text, 'voided'::text]));
CREATE UNIQUE INDEX payments_order_number_key ON public.payments USING btree (order_number) WHERE (order_number IS NOT NULL);
CREATE UNIQUE INDEX payments_order_payment_number_key ON public.payments USING btree (order_payment_number) WHERE (order_payment_number IS NOT NULL);
CREATE UNIQUE INDEX payments_order_reference ON public.payments USING btree (merchant_id, merchant_reference) WHERE ((order_number IS NOT NULL) AND (state <> ALL (ARRAY['failed'::text, 'voided'::text])));
CREATE INDEX payments_refunded ON public.payments USING btree (merchant_id, created_at DESC, id DESC) WHERE (refunded > 0);
CREATE UNIQUE INDEX reconciliation_differences_once ON public.reconciliation_differences USING btree (acquirer, reference, acquirer_reference, cause) WHERE (status <> 'closed'::text);
CREATE INDEX reconciliation_differences_unclosed ON public.reconciliation_differences USING btree (seen_at, id) WHERE (status <> 'closed'::text);
CREATE INDEX reconciliation_runs_done ON public.reconciliation_runs USING btree (acquirer, purpose, window_to) WHERE (state = 'done'::text);
CREATE UNIQUE INDEX reconciliation_runs_open ON public.reconciliation_runs USING btree (acquirer, purpose, window_from, window_to) WHERE (state = 'running'::text);
CREATE INDEX refunds_of_merchant ON public.refunds USING btree (merchant_id, created_at DESC, id DESC);
CREATE INDEX refunds_payment ON public.refunds USING btree (payment_id);
CREATE INDEX risk_counters_expiry ON public.risk_counters USING btree (expires_at);
CREATE INDEX risk_decisions_open_reviews ON public.risk_decisions USING btree (merchant_id, created_at DESC, payment_id DESC) WHERE (review_state = 'open'::text);
CREATE INDEX risk_lists_merchant ON public.risk_lists USING btree (merchant_id);
CREATE INDEX risk_rules_merchant ON public.risk_rules USING btree (merchant_id);
CREATE INDEX webhook_deliveries_due_by_endpoint ON public.webhook_deliveries USING btree (endpoint_id, next_try_at) WHERE (state = 'pending'::text);
CREATE INDEX webhook_deliveries_failed ON public.webhook_deliveries USING btree (endpoint_id, created_at DESC, id DESC) WHERE (state = 'failed'::text);
CREATE INDEX webhook_endpoints_merchant ON public.webhook_endpoints USING btree (merchant_id) WHERE (status <> 'deleted'::text);
CREATE INDEX authorizations_by_merchant_reference ON sandbox_bank.authorizations USING btree (merchant_reference);
CREATE INDEX authorizations_created ON sandbox_bank.authorizations USING brin (created_at) WITH (pages_per_range='32', autosummarize='on');
CREATE INDEX cvcs_expires_at ON vault.cvcs USING btree (expires_at);
CREATE INDEX merchant_keys_root_version ON vault.merchant_keys USING btree (root_version);
CREATE INDEX openings_position ON vault.openings USING btree ("position");
CREATE INDEX pans_key_version ON vault.pans USING btree (merchant_id, key_version);

-- Functions

CREATE OR REPLACE FUNCTION public.chain_audit_log()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
declare
  last record;
begin
  perform pg_advisory_xact_lock(7253509611005);
  select sequence, hash into last from public.audit_log order by sequence desc limit 1;
  new.sequence := coalesce(last.sequence, 0) + 1;
  new.at := clock_timestamp();
  new.previous_hash := coalesce(last.hash, decode(repeat('00', 32), 'hex'));
  new.hash := public.hash_audit_row(new);
  return new;
end
$function$;

CREATE OR REPLACE FUNCTION public.hash_audit_row(entry public.audit_log)
 RETURNS bytea
 LANGUAGE sql
 STABLE
AS $function$
  select sha256(entry.previous_hash || string_agg(
    convert_to(octet_length(part) || ':' || part, 'UTF8'), ''::bytea order by place))
  from unnest(array[
    entry.sequence::text, to_char(entry.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
    entry.actor, entry.act, entry.object, entry.result, entry.origin, entry.details
  ]) with ordinality parts (part, place)
$function$;

CREATE OR REPLACE FUNCTION public.notify_settings_change()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  perform pg_notify('sallyport_settings', tg_table_name);
  return null;
end
$function$;

CREATE OR REPLACE FUNCTION public.refuse_to_rewrite()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  raise exception '%.% is append-only: % is refused', tg_table_schema, tg_table_name, lower(tg_op)
    using errcode = 'SP002';
end
$function$;

CREATE OR REPLACE FUNCTION public.sallyport_own(owner text, caller text)
 RETURNS integer
 LANGUAGE plpgsql
 IMMUTABLE
AS $function$
begin
  if owner is distinct from caller then
    raise exception using errcode = 'SP003', message = 'a row of another merchant was about to be changed';
  end if;
  return 1;
end
$function$;

CREATE OR REPLACE FUNCTION public.sallyport_refuse(reason text)
 RETURNS boolean
 LANGUAGE plpgsql
AS $function$
begin
  raise exception using errcode = 'SP001', message = reason;
end
$function$;

CREATE OR REPLACE FUNCTION vault.continue_openings()
 RETURNS void
 LANGUAGE plpgsql
AS $function$
declare
  sealed bigint;
  next bigint;
begin
  select (details::json ->> 'before')::bigint into sealed
    from public.audit_log where act = 'cards.opened' order by sequence desc limit 1;
  if sealed is null or sealed <= vault.openings_horizon() then
    return;
  end if;
  select greatest(sealed, max(position) + 1) - pg_current_xact_id()::text::bigint into next from vault.openings;
  update vault.opening_positions set shift = next;
  execute format('alter table vault.openings alter column position set default (pg_current_xact_id()::text::bigint + %s)', next);
end
$function$;

CREATE OR REPLACE FUNCTION vault.openings_horizon()
 RETURNS bigint
 LANGUAGE sql
AS $function$
  select pg_snapshot_xmin(pg_current_snapshot())::text::bigint + shift from vault.opening_positions
$function$;

-- Triggers

CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.audit_log FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_to_rewrite();
CREATE TRIGGER chained BEFORE INSERT ON public.audit_log FOR EACH ROW EXECUTE FUNCTION public.chain_audit_log();
CREATE TRIGGER settings_changed AFTER INSERT OR DELETE OR UPDATE ON public.credentials FOR EACH STATEMENT EXECUTE FUNCTION public.notify_settings_change();
CREATE TRIGGER settings_changed AFTER INSERT OR DELETE OR UPDATE ON public.flows FOR EACH STATEMENT EXECUTE FUNCTION public.notify_settings_change();
CREATE TRIGGER settings_changed AFTER UPDATE ON public.installation FOR EACH STATEMENT EXECUTE FUNCTION public.notify_settings_change();
CREATE TRIGGER settings_changed AFTER INSERT OR DELETE OR UPDATE ON public.merchant_secrets FOR EACH STATEMENT EXECUTE FUNCTION public.notify_settings_change();
CREATE TRIGGER settings_changed AFTER INSERT OR DELETE OR UPDATE ON public.merchants FOR EACH STATEMENT EXECUTE FUNCTION public.notify_settings_change();
CREATE TRIGGER settings_changed AFTER INSERT OR DELETE OR UPDATE ON public.risk_list_entries FOR EACH STATEMENT EXECUTE FUNCTION public.notify_settings_change();
CREATE TRIGGER settings_changed AFTER INSERT OR DELETE OR UPDATE ON public.risk_lists FOR EACH STATEMENT EXECUTE FUNCTION public.notify_settings_change();
CREATE TRIGGER settings_changed AFTER INSERT OR DELETE OR UPDATE ON public.risk_rules FOR EACH STATEMENT EXECUTE FUNCTION public.notify_settings_change();
CREATE TRIGGER settings_changed AFTER INSERT OR DELETE OR UPDATE ON public.risk_settings FOR EACH STATEMENT EXECUTE FUNCTION public.notify_settings_change();
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON vault.openings FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_to_rewrite();
