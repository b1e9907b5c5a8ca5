-- Healthy: no rows.
-- Guards:  groups, intervals and prices of the published counts are what the documentation says.

select cell_key, loyalty_group, price_ticks
from cell_counts
where loyalty_group not in ('new', 'middle', 'tenured', 'unknown')
    or price_ticks <= 0
    or n_customers <= 0
order by cell_key, loyalty_group, price_ticks;
