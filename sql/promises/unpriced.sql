-- What is held in the as-of month without a price that is understood; a book keeps it in the ledger.

create or replace temp view unpriced as
select customer_id, split_part(cell_key, chr(31), 1) as product_id, reason
from not_compared
cross join params
where paid_ticks is null
    and not_compared.currency = params.currency
    and loyalty_group <> 'new'
    and not exists (select 1 from price_ledger where role = 'book');
