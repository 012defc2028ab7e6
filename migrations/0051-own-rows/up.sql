-- In the "returning" of every update that a merchant asks for: a row of another merchant aborts the statement, so that a
-- forgotten condition changes nothing.
create function sallyport_own(owner text, caller text) returns integer language plpgsql immutable as $$
begin
  if owner is distinct from caller then
    raise exception using errcode = 'SP003', message = 'a row of another merchant was about to be changed';
  end if;
  return 1;
end
$$;
