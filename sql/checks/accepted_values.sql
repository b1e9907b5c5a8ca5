-- Healthy: no rows.
-- Reads:   cell_counts
-- Guards:  groups, intervals and prices of the published counts are what the documentation says.

select cell_key, loyalty_group, paid_ticks
from cell_counts
where loyalty_group not in ('new', 'middle', 'tenured', 'unknown')
    or paid_ticks <= 0
    or n_observations <= 0
order by cell_key, loyalty_group, paid_ticks;
