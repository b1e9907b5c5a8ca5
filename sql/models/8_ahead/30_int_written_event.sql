-- Grain:   one row per thing held in the as-of month and day in the twelve months after it from which something is written.
-- Reads:   int_running_price, int_running_discount, int_told_letter, offers
-- Columns: holding_id; cause = intro_end, discount_end, discount_step, told, contract_end, lock_end or index_linked; day;
--          discount_key; step_ticks = discount from that day on; told_ticks = the price told or stated in the price book,
--          is_paid = it is the price paid, not that before discounts; order_in_day.
-- Why:     only what stands in a bill, a letter or the price book is written. The end of a lock states no price, an index
--          no price yet; the end of a contract states one only where the price book has a row for existing customers.

create or replace table int_written_event as
with

steps as (
    select holding_id, discount_key,
        trim(unnest(string_split_regex(steps, '[;|,]'))) as said
    from int_running_discount
),

letters as (
    select letter.*, case when told_basis = 'standard' then held.standard_ticks else held.price_ticks end as base
    from int_told_letter as letter
    inner join int_running_price as held using (holding_id)
    where letter.first_day is null and letter.effective_day > held.cycle_start
),

contracts as (
    select held.holding_id, held.contract_end, max(offers.standard_interval_ticks) as ticks
    from int_running_price as held
    left join offers
        on held.product_id = offers.product_id
        and offers.audience = 'existing_only' and offers.kind = 'price_book' and offers.customer_id is null
        and coalesce(offers.plan_id, held.plan_id) is not distinct from held.plan_id
        and coalesce(offers.region, held.region) is not distinct from held.region
        and coalesce(offers.channel, held.channel) is not distinct from held.channel
        and held.currency = offers.currency and held.interval_unit = offers.interval_unit
        and held.interval_count = offers.interval_count
        and held.contract_end >= offers.valid_from and (held.contract_end < offers.in_force_to or offers.in_force_to is null)
    where held.contract_end is not null
    group by all
),

events as (
    select holding_id, case when is_intro then 'intro_end' else 'discount_end' end as cause, ends_on as day, discount_key,
        cast(null as bigint) as step_ticks, cast(null as bigint) as told_ticks, false as is_paid, 1 as rank
    from int_running_discount
    where ends_on is not null
    union all
    select holding_id, 'discount_step', cast(left(said, 10) as date), discount_key,
        cast(round(try_cast(regexp_extract(said, '^.{10}[ =:]+([0-9.]+)$', 1) as decimal(18, 4)) * 10000) as bigint), null, false, 2
    from steps
    where regexp_matches(said, '^[0-9]{4}-[0-9]{2}-[0-9]{2}([ =:]+[0-9.]+)?$')
    union all
    select
        holding_id, 'told', effective_day, null, null,
        case when told_tax_included then null when told_price is not null then cast(round(told_price * 10000) as bigint)
            when told_change is not null then base + cast(round(told_change * 10000) as bigint)
            else cast(coin_ticks * round(base * (100 + told_percent) / (100 * coin_ticks)) as bigint) end,
        coalesce(told_basis, 'paid') = 'paid', 4
    from letters
    where coalesce(told_price, told_change, told_percent) is not null
    union all
    select holding_id, 'contract_end', contract_end, null, null, ticks, false, 3 from contracts
    union all
    select distinct letter.holding_id, 'lock_end', letter.lock_until, null, null, cast(null as bigint), false, 5
    from int_told_letter as letter
    inner join int_running_price as held
        using (holding_id)
    where letter.lock_until > held.cycle_start
    union all
    select holding_id, 'index_linked', null, null, null, null, false, 6
    from int_running_price
    where contract_index is not null
),

final as (
    select
        events.* exclude (rank),
        row_number() over (partition by events.holding_id order by day, rank, discount_key, told_ticks) as order_in_day
    from events
    inner join int_running_price as held
        using (holding_id)
    where day is null
        or day > held.cycle_start
)

select * from final;
