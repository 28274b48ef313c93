-- What retention dropped of a view: in no build are rows of a table of days before first_day compared or kept.
CREATE TABLE tapefold.retained (
    view text COLLATE "C" NOT NULL,
    table_name text COLLATE "C" NOT NULL,
    first_day date NOT NULL,
    PRIMARY KEY (view, table_name)
);

-- Gives rows of a stretch of time a partition of their own. False where that can't be had now: the table is not partitioned, has too
-- many, a reader holds it, or the rest holds such rows already. They go to the rest then, and nothing is lost.
-- Made apart and attached, as that locks nobody out who reads or writes other partitions.
CREATE FUNCTION tapefold.add_partition(
    build_schema text, parent text, suffix text, lower_end timestamptz, upper_end timestamptz, storage text, most integer
) RETURNS boolean LANGUAGE plpgsql SET lock_timeout = '500ms' AS $$
DECLARE
    whole regclass := to_regclass(format('%I.%I', build_schema, parent));
    part text := parent || '_' || suffix;
BEGIN
    IF (SELECT relkind FROM pg_class WHERE oid = whole) IS DISTINCT FROM 'p' THEN
        RETURN false;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended('tapefold.partition.' || build_schema || '.' || parent, 0));
    IF to_regclass(format('%I.%I', build_schema, part)) IS NOT NULL THEN
        RETURN true;
    END IF;
    IF (SELECT count(*) FROM pg_inherits WHERE inhparent = whole) >= most THEN
        RETURN false;
    END IF;
    EXECUTE format('CREATE TABLE %I.%I (LIKE %s INCLUDING ALL) %s', build_schema, part, whole, storage);
    EXECUTE format(
        'ALTER TABLE %s ATTACH PARTITION %I.%I FOR VALUES FROM (%L) TO (%L)', whole, build_schema, part, lower_end, upper_end);
    RETURN true;
EXCEPTION
    WHEN lock_not_available OR check_violation OR duplicate_table OR deadlock_detected THEN
        RETURN false;
END $$;
