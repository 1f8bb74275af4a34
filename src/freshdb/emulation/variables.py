"""The server's variables that SQL asks for, with their values as they are delivered."""

from __future__ import annotations

from typing import Any

SYSTEM_VARIABLES: dict[str, Any] = {
    "auto_increment_increment": 1,
    "auto_increment_offset": 1,
    "autocommit": 1,
    "character_set_client": "utf8mb4",
    "character_set_connection": "utf8mb4",
    "character_set_database": "utf8mb4",
    "character_set_results": "utf8mb4",
    "character_set_server": "utf8mb4",
    "character_set_system": "utf8mb3",
    "collation_connection": "utf8mb4_general_ci",
    "collation_database": "utf8mb4_general_ci",
    "collation_server": "utf8mb4_general_ci",
    "default_storage_engine": "InnoDB",
    "default_week_format": 0,
    "div_precision_increment": 4,
    "foreign_key_checks": 1,
    "group_concat_max_len": 1048576,
    "have_ssl": "DISABLED",
    "hostname": "localhost",
    "identity": 0,
    "in_transaction": 0,
    "init_connect": "",
    "innodb_lock_wait_timeout": 50,
    "insert_id": 0,
    "interactive_timeout": 28800,
    "last_insert_id": 0,
    "lc_time_names": "en_US",
    "license": "GPL",
    "lock_wait_timeout": 86400,
    "lower_case_table_names": 0,
    "max_allowed_packet": 16777216,
    "max_connections": 151,
    "max_sort_length": 1024,
    "max_statement_time": "0.000000",
    "net_read_timeout": 30,
    "net_write_timeout": 60,
    "performance_schema": 0,
    "port": 3306,
    "protocol_version": 10,
    "query_cache_size": 1048576,
    "query_cache_type": "OFF",
    "read_only": 0,
    "sql_auto_is_null": 0,
    "sql_big_selects": 1,
    "sql_mode": "",
    "sql_notes": 1,
    "sql_safe_updates": 0,
    "sql_select_limit": 18446744073709551615,
    "sql_warnings": 0,
    "storage_engine": "InnoDB",
    "system_time_zone": "UTC",
    "time_zone": "+00:00",
    "timestamp": 0,
    "transaction_isolation": "REPEATABLE-READ",
    "tx_isolation": "REPEATABLE-READ",
    "tx_read_only": 0,
    "transaction_read_only": 0,
    "unique_checks": 1,
    "version": "",
    "version_comment": "freshdb",
    "version_compile_os": "Linux",
    "wait_timeout": 28800,
    "warning_count": 0,
    "error_count": 0,
    "pseudo_thread_id": 1,
    "old_mode": "UTF8_IS_UTF8MB3",
    "optimizer_switch": "",
    "join_buffer_size": 262144,
    "sort_buffer_size": 2097152,
    "max_heap_table_size": 16777216,
    "tmp_table_size": 16777216,
    "explicit_defaults_for_timestamp": 1,
    "innodb_file_per_table": 1,
    "innodb_strict_mode": 1,
    "sql_log_bin": 1,
    "sql_quote_show_create": 1,
    "sql_require_primary_key": 0,
    "sql_low_priority_updates": 0,
    "low_priority_updates": 0,
    "check_constraint_checks": 1,
    "alter_algorithm": "DEFAULT",
    "long_query_time": "10.000000",
    "rand_seed1": 0,
    "rand_seed2": 0,
    "skip_networking": 0,
    "server_id": 1,
    "sql_log_off": 0,
    "profiling": 0,
    "ft_boolean_syntax": '+ -><()~*:""&|',
    "ft_min_word_len": 4,
    "ft_max_word_len": 84,
    "max_error_count": 64,
    "default_tmp_storage_engine": "",
    "max_recursive_iterations": 1000,
    "standard_compliant_cte": 1,
    "optimizer_search_depth": 62,
    "optimizer_prune_level": 2,
    "old_passwords": 0,
    "innodb_read_only": 0,
    "secure_file_priv": "",
    "datadir": "",
    "log_bin": 0,
    "event_scheduler": "OFF",
    "max_length_for_sort_data": 1024,
    "join_cache_level": 2,
    "use_stat_tables": "PREFERABLY_FOR_QUERIES",
    "optimizer_use_condition_selectivity": 4,
    "histogram_size": 254,
    "eq_range_index_dive_limit": 200,
    "in_predicate_conversion_threshold": 1000,
    "big_tables": 0,
    "myisam_sort_buffer_size": 134216704,
    "key_buffer_size": 134217728,
    "max_sp_recursion_depth": 0,
    "thread_stack": 299008,
    "session_track_schema": 1,
    "binlog_format": "MIXED",
    "net_buffer_length": 16384,
    "column_compression_threshold": 100,
    "system_versioning_alter_history": "ERROR",
    "debug_no_thread_alarm": 0,
    "sql_buffer_result": 0,
    "keep_files_on_create": 0,
    "new": 0,
    "min_examined_row_limit": 0,
    "query_prealloc_size": 24576,
    "range_alloc_block_size": 4096,
    "optimizer_trace": "enabled=off",
}


def read_variable(context: Any, name: str) -> Any:
    """Return the value of a system variable on a connection."""
    name = name.lower()
    if name in context.system_variables:
        return context.system_variables[name]
    match name:
        case "sql_mode":
            order = [
                "ONLY_FULL_GROUP_BY",
                "STRICT_TRANS_TABLES",
                "NO_ZERO_IN_DATE",
                "NO_ZERO_DATE",
                "ERROR_FOR_DIVISION_BY_ZERO",
                "NO_AUTO_CREATE_USER",
                "NO_ENGINE_SUBSTITUTION",
            ]
            known = [one for one in order if one in context.sql_mode]
            return ",".join(known + sorted(context.sql_mode - set(order)))
        case "time_zone":
            return context.time_zone
        case "version":
            from freshdb.emulation.functions.context import VERSIONS

            return VERSIONS[context.flavor]
        case "last_insert_id" | "identity":
            return context.last_insert_id
        case "timestamp":
            return context.now().timestamp()
        case "warning_count":
            return len(context.warnings)
        case "collation_connection" | "collation_server" | "collation_database" if (
            context.is_mysql8
        ):
            return "utf8mb4_0900_ai_ci"
    return SYSTEM_VARIABLES.get(name)
