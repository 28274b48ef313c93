-- As before, but of a copy: a large value is stored compressed, and each look at a byte of it unpacked all of it again.
CREATE OR REPLACE FUNCTION tapefold.unpack_lots(p_lots bytea)
RETURNS TABLE (
    trade_id text, opened_at timestamptz, quantity numeric(38, 8), price numeric(38, 8), fees numeric(38, 8),
    multiplier numeric(38, 8)
) LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    v_lots bytea := p_lots || ''::bytea;
    v_end integer := length(p_lots);
    v_at integer := 0;
    v_id_length integer;
BEGIN
    WHILE v_at < v_end LOOP
        v_id_length := get_byte(v_lots, v_at) * 256 + get_byte(v_lots, v_at + 1);
        trade_id := convert_from(substring(v_lots FROM v_at + 3 FOR v_id_length), 'UTF8');
        v_at := v_at + 2 + v_id_length;
        opened_at := timestamptz 'epoch' + tapefold.integer_at(v_lots, v_at) * interval '1 microsecond';
        quantity := tapefold.integer_at(v_lots, v_at + 8) * 0.00000001;
        price := tapefold.integer_at(v_lots, v_at + 16) * 0.00000001;
        multiplier := tapefold.integer_at(v_lots, v_at + 24) * 0.00000001;
        fees := tapefold.wide_integer_at(v_lots, v_at + 32) * 0.00000001;
        v_at := v_at + 72;
        RETURN NEXT;
    END LOOP;
END $$;
