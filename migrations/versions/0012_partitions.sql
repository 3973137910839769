-- Upkeep of the partitions, for the app's role, which cannot change the schema. Each function runs
-- with the owner's rights and does this one thing.

-- Partition n of both tables, unless it is there. A unique index without the id can only stand on a
-- partition; one mailing never lies in two, for planning and rolling over bar each other.
create function make_partition(n integer) returns void
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    place text := lpad(n::text, 4, '0');
    name text;
begin
    if to_regclass('deliveries_' || place) is not null then
        return;
    end if;
    foreach name in array array['deliveries', 'attempts'] loop
        execute format('create table %I (like %I including defaults including constraints)',
                       name || '_' || place, name);
        execute format('revoke all on %I from %I', name || '_' || place, ':role');
    end loop;
    execute format('create unique index %I on %I (mailing_id, subscriber_id)',
                   'uq_deliveries_mailing_id_subscriber_id_' || place, 'deliveries_' || place);
    -- Attached, not created as a partition: so that nobody who reads or writes has to wait.
    foreach name in array array['deliveries', 'attempts'] loop
        execute format('alter table %I attach partition %I for values from (%s) to (%s)',
                       name, name || '_' || place, (n - 1) * :stride, n * :stride);
    end loop;
end $$;

-- Lets the sequence jump to the next partition and makes one more ahead; the number of the one that
-- is written to from now on. An empty one is not left. Null while a planning is under way: that holds
-- the same lock, shared, from before its first id until its commit, and so lies in one partition. Null
-- also when the next one had to be made first.
create function open_partition() returns integer
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    here integer;
begin
    if not pg_try_advisory_xact_lock('deliveries'::regclass::oid::integer, 0) then
        return null;
    end if;
    select last_value / :stride + 1 into here from deliveries_id_seq;
    if to_regclass('deliveries_' || lpad((here + 1)::text, 4, '0')) is null then
        perform make_partition(here + 1);
        return null;
    end if;
    if exists (select from deliveries where id >= (here - 1) * :stride) then
        perform make_partition(here + 2);
        -- No rollback takes this back; therefore only to a partition that stood before.
        perform setval('deliveries_id_seq', here * :stride, false);
        here := here + 1;
    end if;
    return here;
end $$;

-- Drops partition n with its attempts; how many deliveries that were, and 0 when it may not go.
-- Whatever is asked, nothing that is open goes, and nothing of the last twelve months: as a partition
-- spans a month, its oldest row is then thirteen months old (P07). What must stay of a mailing is
-- condensed first. Fails with lock_not_available when nobody made room in three tries.
create function drop_partition(n integer) returns bigint
language plpgsql security definer set search_path = public, pg_temp set lock_timeout = '500ms' as $$
declare
    place text := lpad(n::text, 4, '0');
    bound timestamptz := clock_timestamp() - interval '12 months';
    youngest timestamptz;
    opened bigint;
    held bigint;
begin
    if n > (select last_value / :stride from deliveries_id_seq)
       or to_regclass('deliveries_' || place) is null then
        return 0;
    end if;
    execute format('select created_at from %I order by id desc limit 1', 'deliveries_' || place)
       into youngest;
    if youngest >= bound then  -- most often, and by one look
        return 0;
    end if;
    execute format('select count(*), count(*) filter (where status in (%L, %L, %L, %L)),
                           max(created_at) from %I',
                   'pending', 'claimed', 'deferred', 'unclear', 'deliveries_' || place)
       into held, opened, youngest;
    if opened > 0 or youngest >= bound then
        return 0;
    end if;
    execute format('
        insert into past_outcomes
               (mailing_id, status, skip_reason, reply_code, deliveries, unclear_copies)
        select mailing_id, status, skip_reason, case when status = %L then reply_code end,
               count(*), sum(unclear_count)
          from %I where mailing_id is not null group by 1, 2, 3, 4',
        'failed', 'deliveries_' || place);
    execute format('
        insert into past_recipients
               (mailing_id, status, skip_reason, first_id, last_id, subscriber_ids, variant_ids)
        select mailing_id, status, skip_reason, min(subscriber_id), max(subscriber_id),
               array_agg(subscriber_id order by subscriber_id),
               array_agg(variant_id order by subscriber_id)
          from (select mailing_id, status, skip_reason, subscriber_id, variant_id,
                       (row_number() over (partition by mailing_id, status, skip_reason
                                               order by subscriber_id) - 1) / 2000 as slice
                  from %I where mailing_id is not null) each
         group by mailing_id, status, skip_reason, slice', 'deliveries_' || place);
    update mailings set detail_forgotten_at = clock_timestamp()
     where detail_forgotten_at is null and id in (select mailing_id from past_outcomes);
    delete from idempotency_keys where created_at <= youngest;
    for tries in 1..3 loop  -- while one waits for the lock, all others wait behind it
        begin
            lock table deliveries, attempts in access exclusive mode;
            execute format('drop table %I, %I', 'attempts_' || place, 'deliveries_' || place);
            return greatest(held, 1);
        exception when lock_not_available then
            perform pg_sleep(1);
        end;
    end loop;
    raise lock_not_available using message = 'the ledger was in use';
end $$;

-- Takes attempts of more than thirteen months ago out of partitions that may not go yet.
create function forget_attempts(before timestamptz, at_most integer) returns integer
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    part regclass;
    removed integer := 0;
    here integer;
begin
    for part in select inhrelid::regclass from pg_inherits
                 where inhparent = 'attempts'::regclass order by inhrelid loop
        execute format('delete from %s where ctid = any (array(
                            select ctid from %s where ended_at < $1 limit $2))', part, part)
          using least(before, clock_timestamp() - interval '13 months'), at_most - removed;
        get diagnostics here = row_count;
        removed := removed + here;
        exit when removed >= at_most;
    end loop;
    return removed;
end $$;
