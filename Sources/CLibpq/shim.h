#pragma once
#include <libpq-fe.h>

/* Swift imports no character-literal macros. */
static const int tapefold_diag_sqlstate = PG_DIAG_SQLSTATE;
static const int tapefold_diag_message_primary = PG_DIAG_MESSAGE_PRIMARY;
static const int tapefold_diag_message_detail = PG_DIAG_MESSAGE_DETAIL;
static const int tapefold_diag_message_hint = PG_DIAG_MESSAGE_HINT;
static const int tapefold_diag_context = PG_DIAG_CONTEXT;
static const int tapefold_diag_table_name = PG_DIAG_TABLE_NAME;
static const int tapefold_diag_column_name = PG_DIAG_COLUMN_NAME;
static const int tapefold_diag_constraint_name = PG_DIAG_CONSTRAINT_NAME;
static const int tapefold_diag_statement_position = PG_DIAG_STATEMENT_POSITION;
