//! One of nine operations on whole numbers.

use invoke_graph::{Node, NodeError, Rule, RunContext, Test, choices, node};

use crate::math::{divided, integer};
use crate::outputs::IntegerOutput;

choices! {
    /// What to do with the two numbers.
    pub enum IntegerMathOperation {
        Add = "ADD",
        Sub = "SUB",
        Mul = "MUL",
        Div = "DIV",
        Exp = "EXP",
        Mod = "MOD",
        Abs = "ABS",
        Min = "MIN",
        Max = "MAX",
    }
}

node! {
    /// Performs integer math.
    #[node(
        kind = "integer_math", class = "IntegerMathInvocation", title = "Integer Math",
        tags = ["math", "integer", "add", "subtract", "multiply", "divide", "modulus", "power", "absolute value", "min", "max"],
        category = "math", version = "1.0.1",
        rules = [
            Rule::at("b", [("operation", Test::Is("DIV".into())), ("b", Test::Is(0.into()))], "Cannot divide by zero"),
            Rule::at("b", [("operation", Test::Is("MOD".into())), ("b", Test::Is(0.into()))], "Cannot divide by zero"),
            Rule::at(
                "b", [("operation", Test::Is("EXP".into())), ("b", Test::Below(0.0))],
                "Result of exponentiation is not an integer"
            ),
        ]
    )]
    pub struct IntegerMath -> IntegerOutput {
        /// The operation to perform
        #[field(
            default = "ADD",
            ui_choice_labels = [
                ("ADD", "Add A+B"), ("SUB", "Subtract A-B"), ("MUL", "Multiply A*B"),
                ("DIV", "Divide A/B"), ("EXP", "Exponentiate A^B"), ("MOD", "Modulus A%B"),
                ("ABS", "Absolute Value of A"), ("MIN", "Minimum(A,B)"), ("MAX", "Maximum(A,B)"),
            ]
        )]
        pub operation: IntegerMathOperation,
        /// The first number
        #[field(default = 1)]
        pub a: i64,
        /// The second number
        #[field(default = 1)]
        pub b: i64,
    }
}

impl<C: RunContext> Node<C> for IntegerMath {
    fn run(self, _: &mut C) -> Result<IntegerOutput, NodeError> {
        let (a, b) = (self.a, self.b);
        match self.operation {
            IntegerMathOperation::Add => integer(a.checked_add(b)),
            IntegerMathOperation::Sub => integer(a.checked_sub(b)),
            IntegerMathOperation::Mul => integer(a.checked_mul(b)),
            IntegerMathOperation::Div | IntegerMathOperation::Mod if b == 0 => {
                Err(NodeError::value("Cannot divide by zero"))
            }
            IntegerMathOperation::Div => divided(a, b),
            IntegerMathOperation::Exp if b < 0 => Err(NodeError::value("Result of exponentiation is not an integer")),
            IntegerMathOperation::Exp => integer(u32::try_from(b).ok().and_then(|b| a.checked_pow(b))),
            // The sign of the divisor, as in Python.
            IntegerMathOperation::Mod => {
                let rest = a.checked_rem(b).unwrap_or(0);
                integer(Some(if rest != 0 && (rest < 0) != (b < 0) { rest + b } else { rest }))
            }
            IntegerMathOperation::Abs => integer(a.checked_abs()),
            IntegerMathOperation::Min => integer(Some(a.min(b))),
            IntegerMathOperation::Max => integer(Some(a.max(b))),
        }
    }
}
