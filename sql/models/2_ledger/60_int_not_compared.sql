-- Grain:   one row per thing held (customer x product x subscription x plan x currency x billing interval) and month whose
--          bill makes no price.
-- Reads:   int_month_bill, int_unpriced_holding, int_ledger_span, int_holding, int_customer, params
-- Columns: holding_id; the key; first_month = the month (year * 12 + month - 1), n_months = 1; reason; n_lines; net_micros =
--          what its lines come to a month, in 10^-6; party_id, tenure_start, is_censored, cell_key, lens_key.
-- Why:     customers who cannot be compared are counted, with the reason and the money. A summary or a discount stands
--          for its customer only where nothing else does: it repeats or lowers what other lines state. A line that was
--          reversed, or lies between two firsts, stands only where no price of its chain does. Decision D12.

create or replace table int_not_compared as
with

priced as (
    select
        customer_id, product_id, subscription_id, plan_id, currency, interval_unit, interval_count, month_number,
        n_lines + n_discounts as n_lines, reason, controls_key, lens_key,
        net_micros * cast(case when interval_unit in ('week', 'day') then 365 else 1 end as hugeint) as micros,
        interval_count * case interval_unit when 'month' then 1 when 'week' then 84 else 12 end as months
    from int_month_bill
    where reason is not null
),

candidates as (
    select
        priced.* exclude (micros, months),
        cast(sign(micros) * ((2 * abs(micros) + months) // (2 * months)) as bigint) as net_micros,
        0 as turn, false as gives_way
    from priced
    union all
    select
        customer_id, product_id, subscription_id, plan_id, currency, interval_unit, interval_count, month_number, n_lines,
        reason, controls_key, lens_key, net_micros,
        case when reason in ('only_summary', 'only_discount') then 2 else 1 end as turn,
        gives_way
    from int_unpriced_holding
),

ranked as (
    select
        candidates.*,
        int_holding.holding_id,
        min(turn) over (partition by int_holding.holding_id, month_number) as first_turn,
        min(turn) over (partition by candidates.customer_id, month_number) as first_turn_of_customer
    from candidates
    left join int_holding
        on candidates.customer_id = int_holding.customer_id and candidates.product_id = int_holding.product_id
        and candidates.subscription_id is not distinct from int_holding.subscription_id
        and candidates.plan_id is not distinct from int_holding.plan_id and candidates.currency = int_holding.currency
        and candidates.interval_unit = int_holding.interval_unit and candidates.interval_count = int_holding.interval_count
),

left_over as (
    select ranked.*
    from ranked
    where turn = first_turn
        and (turn < 2 or first_turn_of_customer = 2)
        and not exists (
            select 1
            from int_ledger_span as span
            where span.customer_id = ranked.customer_id
                and ranked.month_number between span.first_month and span.first_month + span.n_months - 1
                and (
                    span.holding_id = ranked.holding_id or ranked.turn = 2
                    or ranked.gives_way
                    and span.product_id = ranked.product_id
                    and span.subscription_id is not distinct from ranked.subscription_id
                )
        )
),

final as (
    select
        left_over.holding_id, left_over.customer_id, left_over.product_id, left_over.subscription_id, left_over.plan_id,
        left_over.currency, left_over.interval_unit, left_over.interval_count, left_over.month_number as first_month,
        1 as n_months, left_over.reason, left_over.n_lines, left_over.net_micros,
        int_customer.party_id, int_customer.tenure_start, int_customer.is_censored,
        concat(left_over.product_id, chr(31), left_over.currency, chr(31), left_over.interval_unit, chr(31),
            cast(left_over.interval_count as varchar),
            case when params.plan_in_cell then concat(chr(31), coalesce(left_over.plan_id, chr(30))) else '' end,
            left_over.controls_key, int_customer.controls_key) as cell_key,
        substr(concat(left_over.lens_key, int_customer.lens_key), 2) as lens_key
    from left_over
    cross join params
    left join int_customer
        on left_over.customer_id = int_customer.customer_id
)

select * from final;
