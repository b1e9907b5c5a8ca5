-- Grain:   one row per input row (identical lines together; n is how many).
-- Reads:   stg_book, stg_billing, stg_offer, stg_customer, stg_price_event, stg_cpi, stg_unreadable, int_book_repeat,
--          int_book_line, int_customer_file, int_offer_row, int_line_version, int_line_disposition, int_used_line,
--          int_filtered_row
-- Columns: role; disposition = rejected, duplicate, excluded, filtered or accepted; reason (null where accepted or
--          filtered); currency; amount = the parsed price or net amount, major units; n = rows.
-- Why:     one list of what happened to each row, in the order of precedence; reconciliation adds it up. Decision D52.
-- Options: not kept

create or replace view int_row_disposition as
with

repeated as (
    select
        stg_book.currency,
        stg_book.price,
        int_book_repeat.n_versions,
        row_number() over (
            partition by stg_book.customer_id, stg_book.product_id, stg_book.currency,
                stg_book.interval_unit, stg_book.interval_count
            order by stg_book.price
        ) as copy_number
    from stg_book
    inner join int_book_repeat
        using (customer_id, product_id, currency, interval_unit, interval_count)
    where stg_book.reject_reason is null
),

final as (
    select 'book' as role, 'accepted' as disposition, null as reason, currency, price as amount, 1 as n
    from int_book_line
    union all
    select 'book', 'rejected', reject_reason, currency, price, 1 from stg_book where reject_reason <> 'FILTERED'
    union all
    select 'book', 'rejected', 'DUP_BOOK_ROW', currency, price, 1 from repeated where n_versions > 1
    union all
    select 'book', 'duplicate', 'IDENTICAL_ROW', currency, price, 1 from repeated where n_versions = 1 and copy_number > 1
    union all
    select
        'billing',
        case when exclusion is null or used.row_id is not null then 'accepted' else 'excluded' end,
        case when used.row_id is null then exclusion end,
        currency,
        net_amount,
        1
    from int_line_disposition
    left join int_used_line as used
        on int_line_disposition.row_id = used.row_id
    union all
    select 'billing', 'rejected', reject_reason, currency, net_amount, 1 from stg_billing where reject_reason <> 'FILTERED'
    union all
    select 'billing', 'duplicate', 'IDENTICAL_LINE', currency, net_amount, n_copies - 1 from int_line_version where n_copies > 1
    union all
    select 'billing', 'excluded', 'superseded', currency, net_amount, 1 from int_line_version where version_rank > 1
    union all
    select 'offers', 'rejected', reject_reason, null, null, 1 from stg_offer where reject_reason <> 'FILTERED'
    union all
    select
        'offers',
        case when is_contradicted then 'rejected' when copy_number > 1 then 'duplicate' else 'accepted' end,
        case when is_contradicted then 'DUP_OFFER' when copy_number > 1 then 'IDENTICAL_ROW' end,
        null,
        null,
        1
    from int_offer_row
    union all
    select 'customers', 'rejected', reject_reason, null, null, 1 from stg_customer where reject_reason <> 'FILTERED'
    union all
    select 'customers', 'rejected', 'DUP_CUSTOMER', null, null, n_rows from int_customer_file where n_versions > 1
    union all
    select 'customers', 'accepted', null, null, null, 1 from int_customer_file where n_versions = 1
    union all
    select 'customers', 'duplicate', 'IDENTICAL_ROW', null, null, n_rows - 1
    from int_customer_file
    where n_versions = 1 and n_rows > 1
    union all
    select 'price_events', case when reject_reason is null then 'accepted' else 'rejected' end, reject_reason, null, null, 1
    from stg_price_event where reject_reason is distinct from 'FILTERED'
    union all
    select 'cpi', case when reject_reason is null then 'accepted' else 'rejected' end, reject_reason, null, null, 1
    from stg_cpi where reject_reason is distinct from 'FILTERED'
    union all
    select role, 'rejected', reason, null, null, 1 from stg_unreadable
    union all
    select role, 'filtered', null, currency, amount, 1 from int_filtered_row
)

select * from final;
