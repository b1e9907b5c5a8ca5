-- Tables and views that no model makes: intake writes them before the models run, quarantine after them.

-- Table:   column_unread
-- Grain:   one row per column of an input file that nothing reads.
-- Columns: source_index: Number of the file in inputs
--          column_order: Position among the unread columns of the file, from 1
--          column_name: Name as it appears in the file

-- Table:   params
-- Grain:   one row: the settings that the models read.
-- Columns: study_name: Title of the study
--          currency: Currency of the study, ISO 4217; findings cover it alone
--          as_of_month: Month that is studied, as its first day
--          as_of_number: Month that is studied, as year * 12 + month - 1
--          new_below_months: Customers with fewer completed months are new
--          tenured_from_months: Customers with at least as many completed months are tenured
--          min_per_group: Smallest number of new and of tenured customers that a cell needs for a comparison
--          primary_estimand: Question of the headline
--          tenure_clock: When tenure is read: observed (first day of the month) or priced (on the pricing date)
--          tenure_from_lines: Whether the first bill sets the tenure of customers whom the customer file does not name
--          rejoin: What an absence does to tenure: continue or reset
--          rejoin_after_months: Months without a billed period that make an absence
--          comparator_date: Day whose offer counts: cycle_start, or price_set where it is stated
--          comparator_basis: Basis of the offer price that the study uses: headline, effective or standard
--          horizon_months: Months over which the effective basis spreads the introduction, set-up fee and incentive
--          min_evidence: Smallest number of joining customers behind a derived comparator
--          confidence_level: Level of the intervals, a fraction
--          margin: Largest gap that does not matter, a fraction
--          plan_in_cell: Whether the plan of a billing line is part of its cell
--          several_lines: How several lines of one thing held at different prices are treated: not_compared, units or
--            parts
--          spread_discounts: What happens to a discount that may belong to several things held: never (spread) or
--            pro_rata
--          events_complete: Whether the price events hold every letter and change
--          anniversaries: Whether prices are raised on each contract's anniversary
--          index_month: Calendar month whose index movement contracts refer to; null = the month two months before a
--            change
--          notice_days: Days before a rise by which a customer has to be told of it
--          unknown_customer_controls: Internal: part of the cell key of a customer whom no customer file names
--          unknown_customer_lenses: Internal: part of the lens key of a customer whom no customer file names

-- Table:   inputs
-- Grain:   one row per input file.
-- Columns: source_index: Number of the input file
--          role: as in reconciliation
--          path: File, relative to the config
--          sha256: SHA-256 of the file
--          n_bytes: Size of the file in bytes
--          n_rows: Rows in the file

-- Table:   quarantine
-- Grain:   one row per rejected input row, with its full content.
-- Columns: role: as in reconciliation
--          source_file: File of the row
--          source_row: Row in the file; the header of delimited text is row 1
--          reason: Why the row was rejected
--          column_name: Column at fault; null where no single column is
--          raw_row: The row as it was read, JSON text; null where ids are replaced by pseudonyms

-- Table:   rejected_value
-- Grain:   one row per file, reason and value: the most frequent values of a number or date for which rows are
--          rejected.
-- Columns: role: as in reconciliation
--          reason: as in quarantine
--          column_name: as in quarantine
--          value: The value; 9 for each digit and x for each letter where ids are replaced by pseudonyms
--          n_rows: Rejected rows of the file with this value

-- Table:   spelling
-- Grain:   one row per value that differs from another of its column only by case or Unicode form.
-- Columns: column_name: Column of the exports, or of the cell or a lens
--          spelling_group: Number, within its column, of the thing that the values most likely mean
--          value: The value; null for ids of people
--          customer_id: as in price_ledger
--          party_id: as in price_ledger
--          n_rows: Rows with this value, in all files of the study

-- Table:   tenure_band
-- Grain:   one row per tenure band.
-- Columns: band_order: Order of the band, from 1
--          label: Completed years of tenure in words; sort by band_order
--          lower_months: First completed month of the band, inclusive
--          upper_months: First completed month beyond the band; null for the last

-- Table:   time_zone_suspect
-- Grain:   one row per column of a file whose moments nearly all fall in one hour that is not midnight.
-- Columns: source_index: as in inputs
--          column_name: Column of the role
--          hour: The hour in the time zone of the study
--          n_moments: Values with a time zone among the first rows of the file
--          n_same: Those in that hour

-- Table:   input_doubt
-- Grain:   one row per thing that makes an export look cut off or out of date.
-- Columns: path: as in inputs
--          doubt: round_rows, ends_early, empty_month, nobody_left, billed_after_end or stale
--          said: The day or month that it is about; null where there is none
--          n: Rows, lines, months or customers that it is about
--          n_of: All of these that there are

-- Table:   tenure_class
-- Grain:   one row per month of tenure: its group and band.
-- Columns: tenure_months: Completed months of tenure, 0 to 1,800
--          loyalty_group, band_order: as in price_ledger

-- Table:   cell_column
-- Grain:   one row per column that defines cells.
-- Columns: column_order, column_name: as in cell_value

-- Table:   lens_column
-- Grain:   one row per lens.
-- Columns: lens_order, lens: as in lens_value

-- Table:   source_setting
-- Grain:   the section of the config that each input file belongs to, and its period ends.

-- Table:   month_offset
-- Grain:   months that a period of a given number of months covers.

-- View:    stg_billing
-- Grain:   staged rows of billing, with every canonical column.

-- Table:   stg_billing_row
-- Grain:   staged rows of billing, as parsed.

-- View:    stg_book
-- Grain:   staged rows of book, with every canonical column.

-- Table:   stg_book_row
-- Grain:   staged rows of book, as parsed.

-- View:    stg_cpi
-- Grain:   staged rows of cpi, with every canonical column.

-- Table:   stg_cpi_row
-- Grain:   staged rows of cpi, as parsed.

-- View:    stg_customer
-- Grain:   staged rows of customer, with every canonical column.

-- Table:   stg_customer_row
-- Grain:   staged rows of customer, as parsed.

-- View:    stg_offer
-- Grain:   staged rows of offer, with every canonical column.

-- Table:   stg_offer_row
-- Grain:   staged rows of offer, as parsed.

-- View:    stg_price_event
-- Grain:   staged rows of price event, with every canonical column.

-- Table:   stg_price_event_row
-- Grain:   staged rows of price event, as parsed.

-- Table:   stg_unreadable
-- Grain:   rows that no reader could parse.
