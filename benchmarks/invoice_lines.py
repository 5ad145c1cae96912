"""Invented invoice lines for measuring speed, in six languages, as many different ones as wanted.

Of a hundred lines 15 name a listed chemical, 35 another chemical and 50 other goods; amounts, packings and numbers
change from line to line. No line tells of a real shipment, and none is in the labelled set.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import NamedTuple

LISTED_SHARE, OTHER_SHARE = 0.15, 0.35
SHARES = {"en": 0.4, "fr": 0.15, "es": 0.15, "ar": 0.08, "ru": 0.12, "zh": 0.1}

LISTED = {
    "en": """Triethanolamine; Triethanolamine 85; Thiodiglycol; Phosphorus oxychloride; Phosphorus trichloride;
        Phosphorus pentachloride; Thionyl chloride; Sulfur dichloride; Sulfur monochloride; Dimethyl phosphite;
        Diethyl phosphite; Trimethyl phosphite; Triethyl phosphite; N-Methyldiethanolamine; N-Ethyldiethanolamine;
        Dimethyl methylphosphonate; Diethyl ethylphosphonate; Pinacolyl alcohol; 3-Quinuclidinol; Benzilic acid;
        Methyl benzilate; Hydrogen cyanide; Cyanogen chloride; Chloropicrin; Phosgene; Sodium cyanide;
        Potassium cyanide; Sodium fluoride; Potassium fluoride; Hydrogen fluoride; Ammonium bifluoride;
        Sodium bifluoride; Potassium bifluoride; Sodium sulfide; Phosphorus pentasulfide; Diisopropylamine;
        Dimethylamine; Dimethylamine hydrochloride; Arsenic trichloride; 2-Chloroethanol; Triisopropyl phosphite;
        Methylphosphonic dichloride; N,N-Diisopropylaminoethanol; Sodium hexafluorosilicate; Ricin standard;
        Saxitoxin standard; CAS 102-71-6; CAS 111-48-8; CAS 10025-87-3; CAS 7719-12-2; CAS 7719-09-7; CAS 868-85-9""",
    "fr": """Triéthanolamine; Thiodiglycol; Oxychlorure de phosphore; Trichlorure de phosphore;
        Pentachlorure de phosphore; Chlorure de thionyle; Phosphite de triéthyle; Phosphite de triméthyle;
        Phosphite de diméthyle; Cyanure de sodium; Cyanure de potassium; Fluorure de sodium; Fluorure de potassium;
        Fluorure d'hydrogène; Sulfure de sodium; Pentasulfure de phosphore; Diméthylamine; Diisopropylamine;
        Méthyldiéthanolamine; Alcool pinacolique; Acide benzilique; Chloropicrine; Trichlorure d'arsenic;
        CAS 102-71-6; CAS 7719-09-7""",
    "es": """Trietanolamina; Tiodiglicol; Oxicloruro de fósforo; Tricloruro de fósforo; Pentacloruro de fósforo;
        Cloruro de tionilo; Fosfito de trietilo; Fosfito de trimetilo; Fosfito de dimetilo; Cianuro de sodio;
        Cianuro de potasio; Fluoruro de sodio; Fluoruro de potasio; Fluoruro de hidrógeno; Sulfuro de sodio;
        Pentasulfuro de fósforo; Dimetilamina; Diisopropilamina; Metildietanolamina; Ácido bencílico; Cloropicrina;
        Tricloruro de arsénico; CAS 102-71-6; CAS 10025-87-3""",
    "ar": """ثلاثي إيثانول أمين; ثيوديغليكول; أوكسي كلوريد الفوسفور; ثلاثي كلوريد الفوسفور; كلوريد الثيونيل;
        سيانيد الصوديوم; سيانيد البوتاسيوم; فلوريد الصوديوم; فلوريد الهيدروجين; كبريتيد الصوديوم;
        خماسي كبريتيد الفوسفور; ثنائي ميثيل أمين; كلوروبيكرين; رقم CAS 102-71-6""",
    "ru": """Триэтаноламин; Тиодигликоль; Хлорокись фосфора; Треххлористый фосфор; Пятихлористый фосфор;
        Тионилхлорид; Триэтилфосфит; Триметилфосфит; Диметилфосфит; Цианид натрия; Цианистый калий; Фторид натрия;
        Фторид калия; Фтористый водород; Сульфид натрия; Сернистый натрий; Диметиламин; Диизопропиламин;
        Метилдиэтаноламин; Пинаколиловый спирт; Бензиловая кислота; Хлорпикрин; CAS 102-71-6; CAS 111-48-8""",
    "zh": """三乙醇胺; 硫二甘醇; 三氯氧磷; 三氯化磷; 五氯化磷; 氯化亚砜; 亚磷酸三乙酯; 亚磷酸三甲酯; 亚磷酸二甲酯;
        氰化钠; 氰化钾; 氟化钠; 氟化钾; 氟化氢; 硫化钠; 五硫化二磷; 二甲胺; 二异丙胺; N-甲基二乙醇胺; 频哪基醇; 氯化苦;
        三氯化砷; CAS号 102-71-6; CAS号 7719-09-7""",
}
OTHERS = {
    "en": """Ethanol; Ethanol CAS 64-17-5; Methanol; Acetone; Acetone CAS 67-64-1; Toluene; Toluene CAS 108-88-3;
        Xylene; Benzene; Isopropyl alcohol; n-Butanol; Isobutanol; Ethyl acetate; Butyl acetate; Methyl ethyl ketone;
        Cyclohexanone; Dichloromethane; Chloroform; Tetrahydrofuran; Dimethylformamide; Dimethyl sulfoxide;
        Acetonitrile; n-Hexane; n-Heptane; Cyclohexane; Styrene; Vinyl acetate; Acrylic acid; Butyl acrylate;
        Methyl methacrylate; Acrylonitrile; Acrylamide; Maleic anhydride; Phthalic anhydride; Adipic acid;
        Caprolactam; Ethylene glycol; Diethylene glycol; Propylene glycol; Glycerine; Sorbitol; Mannitol; Citric acid;
        Tartaric acid; Lactic acid; Oxalic acid; Formic acid; Acetic acid; Glacial acetic acid; Propionic acid;
        Stearic acid; Oleic acid; Benzoic acid; Sodium benzoate; Salicylic acid; Acetylsalicylic acid; Ascorbic acid;
        Phosphoric acid; Sulfuric acid; Nitric acid; Hydrochloric acid; Boric acid; Borax decahydrate;
        Sodium hydroxide; Caustic soda flakes; Potassium hydroxide; Calcium hydroxide; Sodium carbonate; Soda ash light;
        Sodium bicarbonate; Sodium chloride; Sodium sulfate; Sodium sulfite; Sodium metabisulfite; Sodium thiosulfate;
        Sodium nitrate; Sodium nitrite; Sodium silicate; Sodium tripolyphosphate; Trisodium phosphate;
        Sodium hypochlorite; Calcium hypochlorite; Calcium chloride; Calcium carbonate; Calcium stearate;
        Magnesium sulfate; Magnesium oxide; Aluminium sulfate; Aluminium oxide; Polyaluminium chloride; Ferric chloride;
        Ferrous sulfate; Copper sulfate; Zinc oxide; Zinc sulfate; Titanium dioxide; Barium sulfate; Carbon black;
        Activated carbon; Silica gel; Bentonite; Kaolin; Talc powder; Urea; Melamine; Hexamine; Ammonium nitrate;
        Ammonium sulfate; Ammonium chloride; Diammonium phosphate; Potassium chloride; Potassium nitrate;
        Potassium permanganate; Potassium iodide; Potassium sorbate; Hydrogen peroxide; Diethanolamine;
        Monoethanolamine; Triethylamine; Triethylamine CAS 121-44-8; Triisopropanolamine; Aniline; Pyridine; Morpholine;
        Piperazine; Ethylenediamine; Hydroxylamine sulfate; Hydrazine hydrate; Phenol; Bisphenol A; Nonylphenol;
        Resorcinol; Hydroquinone; Formaldehyde solution; Glutaraldehyde; Acetaldehyde; Furfural; Glyphosate; Atrazine;
        Mancozeb; Chlorpyrifos; Cypermethrin; Imidacloprid; Paracetamol; Ibuprofen; Metformin hydrochloride;
        Amoxicillin trihydrate; Caffeine anhydrous; Lidocaine; Vanillin; Menthol crystals; Camphor; Limonene;
        Sodium lauryl sulfate; Cocamidopropyl betaine; Xanthan gum; Guar gum; Carboxymethyl cellulose;
        Polyvinyl alcohol; Polyethylene glycol 400; Polypropylene glycol; Tributyl phosphate; Triphenyl phosphate;
        Dioctyl phthalate; Diisononyl phthalate; Epichlorohydrin; Toluene diisocyanate""",
    "fr": """Éthanol dénaturé; Acétone; Toluène; Acétate d'éthyle; Acide sulfurique; Acide chlorhydrique;
        Acide nitrique; Acide acétique; Acide citrique; Acide borique; Hydroxyde de sodium; Soude caustique;
        Carbonate de sodium; Bicarbonate de sodium; Chlorure de sodium; Chlorure de calcium; Sulfate de sodium;
        Sulfate de cuivre; Sulfate d'aluminium; Nitrate d'ammonium; Oxyde de zinc; Dioxyde de titane; Urée;
        Glycérine; Propylène glycol; Diéthanolamine; Triéthylamine; Peroxyde d'hydrogène; Eau de Javel;
        Phosphate de tributyle; Chlorure ferrique; Glyphosate; Paracétamol; Formaldéhyde; Benzoate de sodium""",
    "es": """Etanol absoluto; Acetona; Tolueno; Acetato de etilo; Ácido sulfúrico; Ácido clorhídrico; Ácido nítrico;
        Ácido acético; Ácido cítrico; Ácido bórico; Hidróxido de sodio; Sosa cáustica; Carbonato de sodio;
        Bicarbonato de sodio; Cloruro de sodio; Cloruro de calcio; Sulfato de sodio; Sulfato de cobre;
        Sulfato de aluminio; Nitrato de amonio; Óxido de zinc; Dióxido de titanio; Urea; Glicerina; Propilenglicol;
        Dietanolamina; Trietilamina; Peróxido de hidrógeno; Fosfato de tributilo; Cloruro férrico; Glifosato;
        Paracetamol; Formaldehído; Benzoato de sodio; Hipoclorito de calcio""",
    "ar": """إيثانول; أسيتون; تولوين; حمض الكبريتيك; حمض الهيدروكلوريك; حمض الستريك; حمض الخليك; هيدروكسيد الصوديوم;
        كربونات الصوديوم; كلوريد الصوديوم; كلوريد الكالسيوم; كبريتات الألمنيوم; كبريتات النحاس; نترات الأمونيوم;
        أكسيد الزنك; ثاني أكسيد التيتانيوم; يوريا; غليسرين; ثنائي إيثانول أمين; بيروكسيد الهيدروجين""",
    "ru": """Этиловый спирт; Ацетон; Толуол; Этилацетат; Серная кислота; Соляная кислота; Азотная кислота;
        Уксусная кислота; Лимонная кислота; Борная кислота; Гидроксид натрия; Едкий натр; Карбонат натрия;
        Бикарбонат натрия; Хлорид натрия; Хлорид кальция; Сульфат натрия; Сульфат меди; Сульфат алюминия;
        Аммиачная селитра; Оксид цинка; Диоксид титана; Карбамид; Глицерин; Пропиленгликоль; Диэтаноламин;
        Триэтиламин; Перекись водорода; Трибутилфосфат; Хлорное железо""",
    "zh": """乙醇; 丙酮; 甲苯; 乙酸乙酯; 硫酸; 盐酸; 硝酸; 冰醋酸; 柠檬酸; 硼酸; 氢氧化钠; 片碱; 碳酸钠; 碳酸氢钠;
        氯化钠; 氯化钙; 硫酸钠; 硫酸铜; 硫酸铝; 硝酸铵; 氧化锌; 钛白粉; 尿素; 甘油; 丙二醇; 二乙醇胺; 三乙胺; 过氧化氢;
        磷酸三丁酯; 三氯化铁""",
}
GOODS = {
    "en": """Steel bolts M12; Hex nuts, galvanised; Office chairs; LED panel light; Copper cable 3x2.5 mm2; Cotton
        T-shirts; Ceramic floor tiles; Ball bearings 6204; Diesel generator set; Water pump,
        centrifugal; Plastic crates; Corrugated boxes; Laptop computers; Printer toner; Car tyres 205/55
        R16; Brake pads; Oil filters; Hydraulic hose; Welding electrodes; Safety shoes; Nitrile gloves;
        Surgical masks; Glass bottles 750 ml; Stainless steel sink; Kitchen knives; Mustard seed,
        yellow; Black pepper, ground; Basmati rice; Green tea; Roasted coffee beans; Tomato paste 28/30;
        Sunflower oil; Wheat flour; Dried dates; Frozen prawns; Leather belts; Wooden pallets; Plywood
        18 mm; Roof sheets; Solar panels 450 W; Lithium batteries; Bicycle frames; Toys, plush; Books,
        printed; Sewing machines; Air conditioner 12000 BTU; Refrigerator, two doors; Ladder, aluminium;
        Paint brushes; Garden hose; Tin cans, empty; Lead time for delivery; Gas masks; PVC pipe 110 mm;
        HD monitor 27""",
    "fr": """Boulons acier M12; Chaises de bureau; Carrelage; Câble électrique; Pneus; Filtres à huile; Gants nitrile;
        Bouteilles en verre; Café torréfié; Moutarde de Dijon; Farine de blé; Huile d'olive; Palettes en bois;
        Panneaux solaires; Ordinateurs portables; Machines à coudre; Livres; Chaussures de sécurité; Pompe à eau;
        Imprimantes; Tuyaux PVC; Vélos; Jouets; Réfrigérateurs; Couteaux de cuisine""",
    "es": """Tornillos de acero M12; Sillas de oficina; Baldosas; Cable eléctrico; Neumáticos; Filtros de aceite;
        Guantes de nitrilo; Botellas de vidrio; Café tostado; Mostaza en grano; Harina de trigo; Aceite de oliva;
        Palés de madera; Paneles solares; Ordenadores portátiles; Máquinas de coser; Libros; Calzado de seguridad;
        Bomba de agua; Impresoras; Tubos de PVC; Bicicletas; Juguetes; Frigoríficos; Cuchillos de cocina""",
    "ar": """مسامير فولاذية; كراسي مكتبية; بلاط سيراميك; كابل كهربائي; إطارات سيارات; فلاتر زيت; قفازات طبية;
        زجاجات; قهوة محمصة; بذور الخردل; طحين القمح; زيت زيتون; منصات خشبية; ألواح شمسية; حواسيب محمولة; كتب; أحذية;
        مضخات مياه; طابعات; دراجات""",
    "ru": """Болты стальные М12; Стулья офисные; Плитка керамическая; Кабель медный; Шины легковые;
        Фильтры масляные; Перчатки нитриловые; Бутылки стеклянные; Кофе жареный; Горчица столовая; Мука пшеничная;
        Масло подсолнечное; Поддоны деревянные; Панели солнечные; Ноутбуки; Швейные машины; Книги; Обувь рабочая;
        Насос водяной; Принтеры; Трубы ПВХ; Велосипеды; Игрушки; Холодильники""",
    "zh": """钢制螺栓M12; 办公椅; 瓷砖; 铜电缆; 汽车轮胎; 机油滤清器; 丁腈手套; 玻璃瓶; 咖啡豆; 芥末籽; 小麦粉; 橄榄油;
        木托盘; 太阳能板; 笔记本电脑; 缝纫机; 图书; 安全鞋; 水泵; 打印机; PVC管; 自行车; 玩具; 冰箱""",
}
GRADES = ("tech.", "99 %", "98%", "p.a.", "industrial grade", "99.5 pct", "USP", "85 %", "", "", "")
PACKINGS = {
    "en": ("drums 200 kg", "IBC 1000 L", "bags of 25 kg", "cartons", "pallets", "cylinders", "pcs", "sets"),
    "fr": ("fûts de 200 kg", "GRV 1000 L", "sacs de 25 kg", "cartons", "palettes", "pièces"),
    "es": ("bidones de 200 kg", "IBC 1000 L", "sacos de 25 kg", "cajas", "palés", "unidades"),
    "ar": ("برميل 200 كجم", "كيس 25 كجم", "صندوق", "قطعة", "منصة"),
    "ru": ("бочек по 200 кг", "мешков по 25 кг", "коробок", "поддонов", "шт."),
    "zh": ("桶", "袋 25kg", "箱", "件", "托盘"),
}
SHAPES = (
    "{goods} {grade}, {count} {packing}",
    "{number:05d} {goods} {grade} {count} {packing}",
    "Pos. {line}: {goods}, {grade}, {kg} kg, {count} {packing}",
    "{goods} - {count} {packing} - {kg} KGS - PO {number}",
    "{goods} {grade}; {kg} kg; lot {number}/{line}",
    "{line} | {goods} {grade} | {count} {packing} | USD {price:.2f}",
    "{goods}, {count} {packing}, ref. {number}-{line}",
)

_SUBSTITUENTS = """methyl; ethyl; propyl; butyl; pentyl; hexyl; heptyl; octyl; chloro; bromo; fluoro; iodo; nitro;
    methoxy; ethoxy"""
_PARENTS = "benzoic acid; phenol; aniline; pyridine; benzaldehyde; benzonitrile; toluene; quinoline; naphthalene; furan"


class Line(NamedTuple):
    """A line and what it names: ``listed``, ``other`` or ``goods``."""

    text: str
    about: str


def invoice_lines(count: int, seed: int = 5) -> Iterator[Line]:
    """Yield so many lines, no two alike, the same for the same seed."""
    draw = random.Random(seed)
    vocabulary = {
        about: {lang: _listed_in(words) for lang, words in table.items()}
        for about, table in (("listed", LISTED), ("other", OTHERS), ("goods", GOODS))
    }
    langs, shares = list(SHARES), list(SHARES.values())
    seen: set[str] = set()
    while len(seen) < count:
        about = draw.choices(("listed", "other", "goods"), (LISTED_SHARE, OTHER_SHARE, 0.5))[0]
        lang = draw.choices(langs, shares)[0]
        text = _line(draw, draw.choice(vocabulary[about][lang]), lang, chemical=about != "goods")
        if text not in seen:
            seen.add(text)
            yield Line(text, about)


def systematic_lines(count: int, seed: int = 5) -> Iterator[str]:
    """Yield so many lines that each name a chemical by a systematic name, no two by the same."""
    draw = random.Random(seed)
    for name in systematic_names(count, seed):
        yield _line(draw, name, "en", chemical=True)


def systematic_names(count: int, seed: int = 5) -> list[str]:
    """Return so many different systematic names of rings with three substituents."""
    draw = random.Random(seed)
    substituents, parents = _listed_in(_SUBSTITUENTS), _listed_in(_PARENTS)
    names: dict[str, None] = {}
    while len(names) < count:
        one, two, three = sorted(draw.sample(substituents, 3))
        first, second, third = draw.sample((2, 3, 4, 5), 3)
        names[f"{first}-{one}-{second}-{two}-{third}-{three}{draw.choice(parents)}"] = None
    return list(names)


def _line(draw: random.Random, goods: str, lang: str, *, chemical: bool) -> str:
    count = draw.randint(1, 480)
    text = draw.choice(SHAPES).format(
        goods=goods,
        grade=draw.choice(GRADES) if chemical else "",
        count=count,
        packing=draw.choice(PACKINGS[lang]),
        kg=count * draw.choice((5, 25, 200, 1000)),
        line=draw.randint(1, 99),
        number=draw.randint(1000, 99_999),
        price=draw.uniform(10, 9_000),
    )
    return " ".join(text.split())


def _listed_in(words: str) -> list[str]:
    return [" ".join(part.split()) for part in words.split(";")]
