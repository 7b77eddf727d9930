"""Names that people write for codes: countries, languages and currencies, in English and the Nordic languages.

The names of countries and languages are those of pycountry 26.2.16 (ISO 3166-1, ISO 639), and some usual ones. A name
that several countries have is left out. They serve to propose a correction, never to read a value.
"""

_COUNTRY_NAMES = (
    "AF: afghanistan; AL: albania, albanien; DZ: algeria, algerie, algeriet; AS: american samoa, amerikansk samoa, "
    "amerikanska samoa; US: amerika, de forente stater, sambandsstatane, united states, usa; AD: andorra; AO: "
    "angola; AI: anguilla; AQ: antarctica, antarktika, antarktis; AG: antigua and barbuda, antigua och barbuda, "
    "antigua og barbuda; AR: argentina; AM: armenia, armenien; AW: aruba; AZ: aserbajdsjan, azerbaijan, "
    "azerbajdzjan; TL: aust-timor, timor-leste, östtimor, øst-timor; AT: austerrike, austria, österrike, østerrike, "
    "østrig; AU: australia, australien; BS: bahamas; BH: bahrain; BD: bangladesh; BB: barbados; BY: belarus, "
    "hviderusland, hviterussland, kviterussland, vitryssland; BE: belgia, belgien, belgium; BZ: belize; BJ: benin; "
    "BM: bermuda; BT: bhutan; BO: bolivia; BA: bosnia and herzegovina, bosnia-hercegovina, bosnien-hercegovina; BW: "
    "botswana; BV: bouvet island, bouvet-øen, bouvetön, bouvetøya; BR: brasil, brasilien, brazil; IO: british "
    "indian ocean territory, brittiskt territorium i indiska oceanen, det britiske området i indiahavet, det "
    "britiske territoriet i indiahavet, det britiske territorium i det indiske ocean; BN: brunei, brunei "
    "darussalam; BG: bulgaria, bulgarien; BF: burkina faso; MM: burma, myanmar; BI: burundi; CV: cabo verde, kap "
    "verde, kapp verde; KH: cambodia, cambodja, kambodja, kambodsja; CM: cameroon, cameroun, kamerun; CA: canada, "
    "kanada; KY: cayman islands, caymanöarna, caymanøerne, caymanøyane, caymanøyene; CF: central african republic, "
    "centralafrikanska republiken, centralafrikanske republik, den sentralafrikanske republikk, den "
    "sentralafrikanske republikken; TD: chad, tchad, tsjad; CL: chile; CN: china, kina; CX: christmas island, "
    "christmasøya, juleøen, julön; CC: cocos (keeling) islands, cocosøerne (keelingøerne), kokosöarna, kokosøyane, "
    "kokosøyene; CO: colombia; KM: comorerna, comorerne, comoros, komorane, komorene; CK: cook "
    "islands, cooköarna, cookøerne, cookøyane, cookøyene; CR: costa rica; HR: croatia, kroatia, kroatien; CU: cuba, "
    "kuba; CW: curaçao; CY: cypern, cyprus, kypros; CZ: czech republic, czechia, tjeckien, tjekkiet, tsjekkia; CI: "
    "côte d'ivoire, elfenbeinskysten, elfenbenskusten, elfenbenskysten; DK: danmark, denmark; AE: de forente "
    "arabiske emirater, dei sameinte arabiske emirata, forenede arabiske emirater, förenade arabemiraten, united "
    "arab emirates; LA: demokratiska folkrepubliken lao, den demokratiske folkerepublikk laos, lao people's "
    "democratic republic, laos; SY: den arabiske republikk syria, syria, syrian arab republic, syrien, syriska "
    "arabrepubliken, syriske arabiske republik; VE: den bolivariske republik venezuela, venezuela; CD: den "
    "demokratiske republik congo, den demokratiske republikken kongo; DO: den dominikanske republikk, den "
    "dominikanske republikken, dominican republic, dominikanska republiken, dominikanske republik; RU: den russiske "
    "føderasjon, russia, russian federation, russiske føderation, russland, ryska federationen; DE: deutschland, "
    "germany, tyskland; DJ: djibouti; DM: dominica; EC: ecuador; EG: egypt, egypten; GQ: ekvatorial-guinea, "
    "ekvatorialguinea, equatorial guinea, ækvatorialguinea; GR: el, greece, grekland, grækenland, hellas; SV: el "
    "salvador; GB: england, förenade kungariket, great britain, scotland, skottland, storbritannia, storbritannien, "
    "uk, united kingdom, wales; ER: eritrea; EE: estland, estonia; SZ: eswatini, eswatini (tidligere swasiland), "
    "swaziland; ET: ethiopia, etiopia, etiopien; FK: falkland islands (malvinas), falklandsöarna (malvinas), "
    "falklandsøerne (malvinas), falklandsøyane, falklandsøyene; FO: faroe islands, färöarna, færøerne, færøyane, "
    "færøyene; FJ: fiji; PH: filippinane, filippinene, filippinerna, filippinerne, philippines; FI: finland, suomi; "
    "FR: france, frankrig, frankrike; GF: fransk guyana, franska guyana, french guiana; PF: fransk polynesia, "
    "fransk polynesien, franska polynesien, french polynesia; TF: franska sydterritorierna, franske sørlege "
    "territorium, franske sørlige territorier, french southern territories, sydlige franske territorier; UM: "
    "förenta staternas mindre öar i oceanien och västindien, mindre utanforliggjande øyar til usa, mindre "
    "utenforliggende øyer til usa, united states minor outlying islands, usa's ydre småøer; GA: gabon; GM: gambia; "
    "GE: georgia, georgien; GH: ghana; GI: gibraltar; GL: greenland, grönland, grønland; GD: grenada; GP: "
    "guadeloupe; GU: guam; GT: guatemala; GG: guernsey; GN: guinea; GW: guinea-bissau; GY: guyana; HT: haiti; HM: "
    "heard island and mcdonald islands, heard- og mcdonaldøyane, heard- og mcdonaldøyene, heard-øen og "
    "mcdonald-øerne, heardön och mcdonaldöarna; NL: holland, nederland, nederländerna, netherlands, the "
    "netherlands; VA: holy see (vatican city state), vatikanstaten; HN: honduras; HK: hong kong, hongkong; HU: "
    "hungary, ungarn, ungern; IS: iceland, island; IN: india, indien; ID: indonesia, indonesien; IQ: irak, iraq; "
    "IR: iran; IE: ireland, irland; IM: isle of man, man, øya man; IL: israel; IT: italia, italien, italy; JM: "
    "jamaica; JP: japan; YE: jemen, yemen; JE: jersey; VG: jomfruøyane (storbritannia), jomfruøyene "
    "(storbritannia); VI: jomfruøyane (usa), jomfruøyene (usa); JO: jordan, jordanien; KZ: kasakhstan, kazakhstan, "
    "kazakstan; KE: kenya; KG: kirgisistan, kirgizistan, kyrgyzstan; KI: kiribati; KW: kuwait; LV: latvia, letland, "
    "lettland; LB: lebanon, libanon; LS: lesotho; LR: liberia; LY: libya, libyen; LI: liechtenstein; LT: litauen, "
    "lithuania; LU: luxembourg, luxemburg; MO: macao; MG: madagascar, madagaskar; MW: malawi; MY: malaysia; MV: "
    "maldivane, maldivene, maldiverna, maldiverne, maldives; ML: mali; MT: malta; MA: marocko, marokko, morocco; "
    "MH: marshall islands, marshallöarna, marshalløerne, marshalløyane, marshalløyene; MQ: martinique; MR: "
    "mauretanien, mauritania; MU: mauritius; YT: mayotte; MX: mexico, mexiko; FM: mikronesiaføderasjonen, "
    "mikronesiens forenede stater; MZ: mocambique, mosambik, mozambique, moçambique; MD: moldavien, moldova, "
    "republikken moldova; MC: monaco; MN: mongolia, mongoliet; ME: montenegro; MS: montserrat; NA: namibia; NR: "
    "nauru; NP: nepal; NC: new caledonia, ny kaledonien, ny-caledonia, nya kaledonien; NZ: new zealand, nya "
    "zeeland; NI: nicaragua; NE: niger; NG: nigeria; NU: niue; KP: nord-korea, nordkorea, north korea; MK: "
    "nord-makedonia, nordmakedonien, north macedonia; MP: nord-marianane, nord-marianene, nordmarianerna, "
    "nordmarianerne, northern mariana islands; NO: noreg, norge, norway; NF: norfolk island, norfolk øen, "
    "norfolköarna, norfolkøya; OM: oman; PK: pakistan; PW: palau; PS: palestina, staten palestina; PA: panama; PG: "
    "papua new guinea, papua ny guinea, papua ny-guinea, papua nya guinea; PY: paraguay; PE: peru; PN: pitcairn; "
    "PL: poland, polen, polska; PT: portugal, portugual; PR: puerto rico; QA: qatar; RO: romania, rumänien, "
    "rumænien; RW: rwanda; RE: réunion; BL: saint barthélemy, saint-barthélemy, sankt bartolomæus; KN: saint kitts "
    "and nevis, saint kitts og nevis, sankt kitts och nevis, sankt kitts og nevis, st. kitts og nevis; LC: saint "
    "lucia, sankt lucia, st. lucia; MF: saint martin (fransk del), saint martin (franska delen), saint martin "
    "(french part), sankt martin (fransk del); PM: saint pierre and miquelon, saint-pierre og miquelon, "
    "saint-pierre-et-miquelon, sankt pierre och miquelon, sankt pierre og miquelon; VC: saint vincent and the "
    "grenadines, saint vincent og grenadinane, saint vincent og grenadinene, sankt vincent och grenadinerna, sankt "
    "vincent og grenadinerne; SB: salomonöarna, salomonøerne, salomonøyane, salomonøyene, solomon islands; WS: "
    "samoa; SM: san marino; ST: sao tome and principe, são tomé och príncipe, são tomé og príncipe; SA: saudi "
    "arabia, saudi-arabia, saudi-arabien, saudiarabien; CH: schweiz, sveits, switzerland; SN: senegal; RS: serbia, "
    "serbien; SC: seychellane, seychellene, seychellerna, seychellerne, seychelles; SL: sierra leone; SG: "
    "singapore; SX: sint maarten (dutch part), sint maarten (hollandsk del), sint maarten (nederlandsk del), sint "
    "maarten (nederländska delen); SK: slovakia, slovakien, slovakiet; SI: slovenia, slovenien; SO: somalia; ZA: "
    "south africa, sydafrika, sør-afrika; GS: south georgia and the south sandwich islands, south georgia og de "
    "sydlige sandwichøer, sydgeorgien och södra sandwichöarna, sør-georgia og dei sørlege sandwichøyane, "
    "sør-georgia og sør-sandwichøyene; KR: south korea, sydkorea, sør-korea; SS: south sudan, sydsudan, sør-sudan; "
    "ES: spain, spania, spanien; LK: sri lanka; SD: sudan; SR: surinam, suriname; SJ: svalbard and jan mayen, "
    "svalbard och jan mayen, svalbard og jan mayen; SE: sverige, sweden; TJ: tadsjikistan, tadzjikistan, "
    "tajikistan; TW: taiwan; TZ: tanzania; TH: thailand; TG: togo; TK: tokelau; TO: tonga; TT: trinidad and tobago, "
    "trinidad och tobago, trinidad og tobago; TN: tunesien, tunisia, tunisien; TR: turkey, turkiet, tyrkia, "
    "türkiye; TM: turkmenistan; TC: turks and caicos islands, turks- och caicosöarna, turks- og caicosøerne, turks- "
    "og caicosøyane, turks- og caicosøyene; TV: tuvalu; UG: uganda; UA: ukraina, ukraine; UY: uruguay; UZ: "
    "usbekistan, uzbekistan; VU: vanuatu; EH: vest-sahara, vestsahara, västsahara, western sahara; VN: viet nam, "
    "vietnam; WF: wallis and futuna, wallis och futuna, wallis og futunaøerne, wallis og futunaøyene, wallis- og "
    "futunaøyane; ZM: zambia; ZW: zimbabwe; AX: åland, åland islands "
)
_LANGUAGE_NAMES = (
    "nb: bokmål, norsk bokmål, norwegian bokmål; da: danish, dansk, danska; nl: dutch, hollandsk, nederlandsk, "
    "nederländska; en: engelsk, engelska, english; et: estisk, estniska, estonian, estonsk; fo: faroese, färöiska, "
    "færøsk, færøysk; fi: finnish, finsk, finska; fr: fransk, franska, french; de: german, tysk, tyska; is: "
    "icelandic, islandsk, isländska; it: italian, italiensk, italienska; lv: latvian, latvisk, lettisk, lettiska; "
    "lt: litauisk, litauiska, lithuanian, lituaisk; se: nordsamiska, northern sami; no: norsk, norska, norwegian; "
    "nn: norsk nynorsk, norwegian nynorsk, nynorsk; pl: polish, polsk, polska; pt: portugisisk, "
    "portugisiska, portuguese; ru: russian, russisk, ryska; es: spanish, spansk, spanska; sv: svensk, svenska, "
    "swedish; uk: ukrainian, ukrainsk, ukrainska "
)
_CURRENCY_NAMES = (
    "NOK: nkr, norske kroner, norsk krone, norwegian krone, norwegian kroner, nok.; "
    "SEK: skr, svenske kroner, svenska kronor, swedish krona, swedish kronor; "
    "DKK: dkr, danske kroner, danish krone, danish kroner; "
    "ISK: islandske kroner, icelandic krona; "
    "EUR: euro, euros, €; GBP: britiske pund, pound sterling, pund sterling, £; "
    "USD: us dollar, us dollars, amerikanske dollar, us$; CHF: sveitsiske franc, swiss franc; "
)

_DOCUMENT_TYPE_NAMES = (
    "IN: uf, fa, fakt, fak, ufa, faktura, fakturaer, invoice, invoices, inv, si, salg, sale, sales, sfa, "
    "utg faktura, utg. faktura, utgående faktura, debit; "
    "CN: kreditnota, kreditnotaer, kreditnote, kreditfaktura, kredit, kred, credit note, creditnote, credit notes, "
    "credit memo, credit invoice, credit, crn, cr, cm, uk, kn, krn, sc, utg kreditnota, utg. kreditnota, "
    "utgående kreditnota, utgående kreditnote"
)


def _index(names: str) -> dict[str, str]:
    table: dict[str, str] = {}
    for entry in filter(None, names.strip().rstrip(";").split("; ")):
        code, _, listed = entry.partition(": ")
        table |= dict.fromkeys((name.strip() for name in listed.split(",")), code)
    return table


COUNTRY_NAMES = _index(_COUNTRY_NAMES)
"""Name in small letters → ISO 3166-1 code."""

LANGUAGE_NAMES = _index(_LANGUAGE_NAMES)
"""Name in small letters → ISO 639-1 code."""

CURRENCY_NAMES = _index(_CURRENCY_NAMES)
"""Name in small letters → ISO 4217 code. `kr` is none: it is the name of four currencies."""

NAMES_BY_FORMAT = {"country": COUNTRY_NAMES, "currency": CURRENCY_NAMES, "language": LANGUAGE_NAMES}
"""Format of a field → the names of its codes."""

DOCUMENT_TYPE_NAMES = _index(_DOCUMENT_TYPE_NAMES)
"""Word or code of a ledger in small letters → the code that it may mean; a person decides."""

PAYMENT_NAMES = frozenset(
    {
        "innbetaling", "betaling", "bank", "payment", "receipt", "pmt", "pay", "ocr", "ocr-innbetaling", "innbet",
        "innb", "betal", "kasse", "cash", "remittering", "refusjon", "refund", "sr", "sp", "utbetaling", "avskrivning",
        "tap", "write-off", "writeoff",
    }
)  # fmt: skip
"""Words of ledgers for entries that are no documents, in small letters."""
