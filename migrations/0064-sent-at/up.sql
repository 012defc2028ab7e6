-- A refund may wait in the queue for a process that has died. How long its message can still be on its way is counted
-- from when it was sent, not from when it was written down.
alter table attempts add column sent_at timestamptz;
