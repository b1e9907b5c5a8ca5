-- Question: Which input rows were set aside, why, and where is an example?
-- Reads:    reconciliation, quarantine
-- Columns: role = kind of file; disposition = rejected, duplicate, excluded or filtered; reason = why; currency = null
--          where the row states none; n_rows = rows; share = of all rows of the role, a fraction; amount = sum of the
--          amounts that could be read, currency units; example_file = first rejected row's file, null unless rejected;
--          example_row = its row.

with

shares as (
    select
        reconciliation.*,
        round(n_rows / nullif(sum(n_rows) over (partition by role), 0), 6) as share
    from reconciliation
),

examples as (
    select
        role,
        reason,
        min(source_file) as example_file,
        arg_min(source_row, (source_file, source_row)) as example_row
    from quarantine
    group by role, reason
),

final as (
    select
        shares.role,
        shares.disposition,
        shares.reason,
        shares.currency,
        shares.n_rows,
        shares.share,
        shares.amount,
        examples.example_file,
        examples.example_row
    from shares
    left join examples
        on shares.disposition = 'rejected'
        and shares.role = examples.role
        and shares.reason = examples.reason
    where shares.disposition <> 'accepted'
)

select * from final
order by role, disposition, n_rows desc, reason, currency nulls last;
