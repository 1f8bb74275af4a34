"""How places on earth write numbers, and what they call months and days."""

from __future__ import annotations

_POINT_LAST = ((3,), ",", ".")
_COMMA_LAST = ((3,), ".", ",")
_SPACES = ((3,), " ", ",")
_NO_GROUPS = ((3,), "", ",")
_INDIAN = ((3, 2), ",", ".")

_SIGNS = {
    "en_us": _POINT_LAST, "en_gb": _POINT_LAST, "en_au": _POINT_LAST, "en_ca": _POINT_LAST,
    "en_nz": _POINT_LAST, "en_ph": _POINT_LAST, "en_in": _INDIAN, "ja_jp": _POINT_LAST,
    "ko_kr": _POINT_LAST, "zh_cn": _POINT_LAST, "zh_tw": _POINT_LAST, "zh_hk": _POINT_LAST,
    "he_il": _POINT_LAST, "th_th": _POINT_LAST, "es_mx": _POINT_LAST,
    "de_de": _COMMA_LAST, "da_dk": _COMMA_LAST, "nl_be": _COMMA_LAST,
    "id_id": _COMMA_LAST, "tr_tr": _COMMA_LAST, "vi_vn": _COMMA_LAST, "es_ar": _COMMA_LAST,
    "nb_no": _COMMA_LAST, "no_no": _COMMA_LAST, "hu_hu": _COMMA_LAST, "is_is": _COMMA_LAST,
    "pt_br": _COMMA_LAST, "ro_ro": _COMMA_LAST, "lt_lt": _COMMA_LAST,
    "fr_fr": _NO_GROUPS, "it_it": _NO_GROUPS, "es_es": _NO_GROUPS, "pl_pl": _NO_GROUPS,
    "pt_pt": _NO_GROUPS, "nl_nl": _NO_GROUPS, "de_at": _NO_GROUPS,
    "cs_cz": _SPACES, "fi_fi": _SPACES, "sk_sk": _SPACES, "lv_lv": _SPACES,
    "de_ch": ((3,), "'", "."),
}  # fmt: skip


def number_signs(locale: str) -> tuple[str, str, tuple[int, ...]]:
    """Return the decimal point, the separator of groups, and the sizes of groups."""
    found = _SIGNS.get(locale.lower())
    if found is None:
        from freshdb.emulation.functions.context import warn

        warn(1649, f"Unknown locale: '{locale}'")
        found = _POINT_LAST
    return found[2], found[1], found[0]
