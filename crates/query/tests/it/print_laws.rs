//! print∘parse is the identity on trees, and no text makes the parser panic.

use cosmokit_protocol::value::Number;
use cosmokit_query::ast::{
    Alias, AliasStyle, Between, BinaryOperator, Call, Callee, Collection, Condition, Count,
    CountKind, Direction, Expression, ExpressionKind, From, Like, Literal, LogicalOperator,
    MemberStyle, Membership, Name, Negation, OffsetLimit, OrderBy, OrderItem, PathStep, Property,
    Query, QueryForm, Select, SelectItem, Source, SourceKind, Specification, Top, UnaryOperator,
};
use cosmokit_query::syntax::{self, Span};
use proptest::prelude::*;

fn name() -> impl Strategy<Value = Box<str>> {
    prop_oneof!["[a-d_][a-d0-9]{0,2}", Just("名".to_owned())].prop_map(Box::from)
}

fn text() -> impl Strategy<Value = Box<str>> {
    "[a-c\"'\\\\\n\t /é😀\u{1}]{0,5}".prop_map(Box::from)
}

fn named() -> impl Strategy<Value = Name> {
    name().prop_map(|text| Name {
        text,
        span: Span::default(),
    })
}

fn negation() -> impl Strategy<Value = Negation> {
    prop_oneof![Just(Negation::Plain), Just(Negation::Not)]
}

fn leaf() -> impl Strategy<Value = ExpressionKind> {
    prop_oneof![
        name().prop_map(ExpressionKind::Identifier),
        name().prop_map(|name| ExpressionKind::Parameter(format!("@{name}").into())),
        text().prop_map(|text| ExpressionKind::Literal(Literal::String(text))),
        any::<i64>()
            .prop_map(|value| ExpressionKind::Literal(Literal::Number(Number::from(value)))),
        any::<f64>()
            .prop_filter("written as a word", |value| value.is_finite())
            .prop_map(|value| ExpressionKind::Literal(Literal::Number(Number::from(value)))),
        any::<bool>().prop_map(|value| ExpressionKind::Literal(Literal::Boolean(value))),
        Just(ExpressionKind::Literal(Literal::Null)),
        Just(ExpressionKind::Literal(Literal::Undefined)),
    ]
}

fn binary_operator() -> impl Strategy<Value = BinaryOperator> {
    use BinaryOperator as B;
    prop::sample::select(vec![
        B::Coalesce,
        B::Equal,
        B::NotEqual,
        B::Less,
        B::LessOrEqual,
        B::Greater,
        B::GreaterOrEqual,
        B::ShiftLeft,
        B::ShiftRight,
        B::ShiftRightUnsigned,
        B::Concat,
        B::BitwiseOr,
        B::BitwiseAnd,
        B::BitwiseXor,
        B::Add,
        B::Subtract,
        B::Multiply,
        B::Divide,
        B::Modulo,
    ])
}

fn operators(inner: BoxedStrategy<Expression>) -> impl Strategy<Value = ExpressionKind> {
    let boxed = inner.clone().prop_map(Box::new).boxed();
    let unary = prop::sample::select(vec![
        UnaryOperator::Plus,
        UnaryOperator::Minus,
        UnaryOperator::BitwiseNot,
        UnaryOperator::Not,
    ]);
    let logical = prop::sample::select(vec![LogicalOperator::And, LogicalOperator::Or]);
    prop_oneof![
        (unary, boxed.clone()).prop_filter_map("a signed number is a literal", |(operator, operand)| {
            let literal = matches!(operand.kind, ExpressionKind::Literal(Literal::Number(_)));
            (operator != UnaryOperator::Minus || !literal).then_some(ExpressionKind::Unary { operator, operand })
        }),
        (binary_operator(), boxed.clone(), boxed)
            .prop_map(|(operator, left, right)| ExpressionKind::Binary { operator, left, right }),
        (logical, prop::collection::vec(inner.clone(), 2..4)).prop_filter_map("chains are flat", |(operator, operands)| {
            let nested = matches!(&operands[0].kind, ExpressionKind::Logical { operator: same, .. } if *same == operator);
            (!nested).then_some(ExpressionKind::Logical { operator, operands })
        }),
        (inner.clone(), inner.clone(), inner.clone()).prop_map(|(test, then, otherwise)| {
            ExpressionKind::Conditional(Box::new(Condition { test, then, otherwise }))
        }),
        (negation(), inner.clone(), inner.clone(), inner.clone())
            .prop_map(|(negation, value, low, high)| ExpressionKind::Between(Box::new(Between { negation, value, low, high }))),
        (negation(), inner.clone(), prop::collection::vec(inner.clone(), 1..3))
            .prop_map(|(negation, value, list)| ExpressionKind::In(Box::new(Membership { negation, value, list }))),
        (negation(), inner.clone(), inner.clone(), prop::option::of(inner))
            .prop_map(|(negation, value, pattern, escape)| ExpressionKind::Like(Box::new(Like { negation, value, pattern, escape }))),
    ]
}

fn constructors(inner: BoxedStrategy<Expression>) -> impl Strategy<Value = ExpressionKind> {
    let callee = prop_oneof![Just(Callee::BuiltIn), Just(Callee::User)];
    let forms = prop::sample::select(vec![
        QueryForm::Scalar,
        QueryForm::Exists,
        QueryForm::Array,
        QueryForm::First,
        QueryForm::Last,
        QueryForm::All,
    ]);
    prop_oneof![
        (inner.clone().prop_map(Box::new), name()).prop_map(|(base, name)| {
            ExpressionKind::Member {
                base,
                name,
                style: MemberStyle::Dot,
            }
        }),
        (inner.clone().prop_map(Box::new), text()).prop_map(|(base, name)| {
            ExpressionKind::Member {
                base,
                name,
                style: MemberStyle::Bracket,
            }
        }),
        (inner.clone().prop_map(Box::new), 0i64..9).prop_map(|(base, index)| {
            let index = Box::new(Expression::synthetic(ExpressionKind::Literal(
                Literal::Number(Number::from(index)),
            )));
            ExpressionKind::Index { base, index }
        }),
        prop::collection::vec(inner.clone(), 0..3).prop_map(ExpressionKind::Array),
        prop::collection::vec((text(), inner.clone()), 0..3).prop_map(|members| {
            ExpressionKind::Object(
                members
                    .into_iter()
                    .map(|(name, value)| Property { name, value })
                    .collect(),
            )
        }),
        (callee, named(), prop::collection::vec(inner.clone(), 0..3)).prop_map(
            |(callee, name, arguments)| ExpressionKind::Call(Box::new(Call {
                callee,
                name,
                arguments
            }))
        ),
        (forms, query(inner))
            .prop_map(|(form, query)| ExpressionKind::Subquery(form, Box::new(query))),
    ]
}

fn expression() -> BoxedStrategy<Expression> {
    leaf()
        .prop_map(Expression::synthetic)
        .boxed()
        .prop_recursive(4, 24, 3, |inner| {
            let inner = inner.boxed();
            prop_oneof![operators(inner.clone()), constructors(inner)]
                .prop_map(Expression::synthetic)
        })
        .boxed()
}

fn count() -> impl Strategy<Value = Count> {
    let kind = prop_oneof![
        (0u32..).prop_map(|value| CountKind::Number(Number::from(value))),
        name().prop_map(|name| CountKind::Parameter(format!("@{name}").into())),
    ];
    kind.prop_map(|kind| Count {
        kind,
        span: Span::default(),
    })
}

fn source(inner: BoxedStrategy<Expression>) -> impl Strategy<Value = Source> {
    let step = prop_oneof![
        name().prop_map(PathStep::Dot),
        text().prop_map(PathStep::Bracket),
        (0u64..100).prop_map(PathStep::Index)
    ];
    let subquery =
        leaf_query(inner).prop_map(|query| Collection::Subquery(Box::new(query), Span::default()));
    let path = (named(), prop::collection::vec(step, 0..3))
        .prop_map(|(root, steps)| Collection::Path { root, steps });
    let kind = prop_oneof![
        prop::option::of(named()).prop_map(SourceKind::Whole),
        named().prop_map(SourceKind::Elements)
    ];
    (kind, prop_oneof![path, subquery]).prop_map(|(kind, collection)| Source {
        kind,
        collection,
        span: Span::default(),
    })
}

fn specification(inner: BoxedStrategy<Expression>) -> impl Strategy<Value = Specification> {
    let alias = (
        name(),
        prop_oneof![Just(AliasStyle::Word), Just(AliasStyle::Quoted)],
    )
        .prop_map(|(text, style)| Alias { text, style });
    let item = (inner.clone(), prop::option::of(alias))
        .prop_map(|(expression, alias)| SelectItem { expression, alias });
    prop_oneof![
        Just(Specification::Star(Span::default())),
        inner.prop_map(|value| Specification::Value(Box::new(value))),
        prop::collection::vec(item, 1..3).prop_map(Specification::List),
    ]
}

fn leaf_query(inner: BoxedStrategy<Expression>) -> impl Strategy<Value = Query> {
    specification(inner).prop_map(|specification| Query {
        select: Select {
            distinct: None,
            top: None,
            specification,
            span: Span::default(),
        },
        from: None,
        filter: None,
        group_by: Vec::new(),
        order_by: None,
        window: None,
        span: Span::default(),
    })
}

fn query(inner: BoxedStrategy<Expression>) -> impl Strategy<Value = Query> {
    let from = prop::collection::vec(source(inner.clone()), 1..3).prop_map(|sources| From {
        sources,
        span: Span::default(),
    });
    let direction = prop::option::of(prop_oneof![
        Just(Direction::Ascending),
        Just(Direction::Descending)
    ]);
    let order = prop::collection::vec((inner.clone(), direction), 1..3).prop_map(|items| OrderBy {
        rank: None,
        items: items
            .into_iter()
            .map(|(expression, direction)| OrderItem {
                expression,
                direction,
            })
            .collect(),
        span: Span::default(),
    });
    let window = (0u32..9, 0u32..9).prop_map(|(offset, limit)| {
        let count = |value| Count {
            kind: CountKind::Number(Number::from(value)),
            span: Span::default(),
        };
        OffsetLimit {
            offset: count(offset),
            limit: count(limit),
            span: Span::default(),
        }
    });
    let top = count().prop_map(|count| Top {
        count,
        span: Span::default(),
    });
    let clauses = (
        prop::option::of(from),
        prop::option::of(inner.clone()),
        prop::collection::vec(inner.clone(), 0..2),
        prop::option::of(order),
        prop::option::of(window),
    );
    (
        leaf_query(inner),
        prop::option::of(top),
        any::<bool>(),
        clauses,
    )
        .prop_map(|(mut query, top, distinct, clauses)| {
            query.select.distinct = distinct.then_some(Span::default());
            query.select.top = top;
            (
                query.from,
                query.filter,
                query.group_by,
                query.order_by,
                query.window,
            ) = clauses;
            query
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn expressions_print_back(expression in expression()) {
        let printed = expression.to_string();
        prop_assert_eq!(syntax::parse_expression(&printed), Ok(expression), "{}", printed);
    }

    #[test]
    fn queries_print_back(query in query(expression())) {
        let printed = query.to_string();
        prop_assert_eq!(syntax::parse(&printed), Ok(query), "{}", printed);
    }

    #[test]
    fn any_text_is_survived(words in prop::collection::vec(prop_oneof![
        prop::sample::select(vec!["SELECT", "VALUE", "FROM", "c", "WHERE", "IN", "(", ")", "[", "]", "{", "}", ",", ".", "?", ":", "'",
            "NOT", "AND", "BETWEEN", "LIKE", "ESCAPE", "ORDER", "BY", "RANK", "@p", "1", "'s'", "*", "=", "EXISTS", "ARRAY", "udf", "LET",
            "GROUP", "OFFSET", "LIMIT", "TOP", "JOIN", "AS", "--", "/*", "\\"]).prop_map(str::to_owned),
        ".{0,3}"
    ], 0..24)) {
        let _ = syntax::parse(&words.join(" "));
    }
}
