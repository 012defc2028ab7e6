-- A hosted page may take several cards; each is judged, and none of the decisions is to be lost.
alter table risk_decisions add column card_tried smallint not null default 0;
update risk_decisions decision set card_tried = payment.cards_tried
  from payments payment where payment.id = decision.payment_id and payment.cards_tried > 0;
alter table risk_decisions drop constraint risk_decisions_pkey;
alter table risk_decisions add constraint risk_decisions_pkey primary key (payment_id, stage, card_tried);
